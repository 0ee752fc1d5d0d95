# git in the current directory. Names and times are fixed, so that the hashes are, too.
export HOME="$PWD" GIT_TEMPLATE_DIR='' GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_DATE='2020-01-01T00:00:00Z' GIT_COMMITTER_DATE='2020-01-01T00:00:00Z'
git config --global user.name wasi9p
git config --global user.email wasi9p@example.org
git config --global init.defaultBranch main
git config --global advice.detachedHead false
git config --global safe.directory '*'
git init -q repository
cd repository
mkdir -p src/lib docs
for i in $(seq 1 40); do
  seq "$i" $((i * 20)) >"src/lib/file$i"
  echo "page $i" >"docs/page $i.md"
done
ln -s src/lib/file1 link
printf '#!/bin/sh\n' >tool
chmod +x tool
git add .
git commit -q -m 'The first'
git status --short
for i in 1 2 3; do
  echo "change $i" >>src/lib/file$i
  git mv "docs/page $i.md" "docs/renamed $i.md"
  git commit -q -a -m "Change $i"
done
git checkout -q -b side HEAD~2
git rm -q src/lib/file9
echo side >side
git add side
git commit -q -m 'Aside'
git checkout -q main
git merge -q -m 'Merged' side
git tag -a -m 'A tag' v1
echo dirty >>tool
git stash -q
git stash pop -q
git diff --stat
git checkout -q -- tool
git log --format='%H %s' --stat --graph
git gc -q --prune=now
git count-objects -v | grep -v '^size'
git fsck --full --strict
git status --short
cd ..
git clone -q repository clone
cd clone
git log --format=%H | head -n 1
git fsck --full
git status --short
find . -path ./.git -prune -o -type f -exec md5sum {} + | sort | md5sum
git ls-files -s | md5sum
echo 'all done'
