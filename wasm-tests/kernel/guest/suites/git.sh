# Debian's git: a repository with some history, whose objects must be those that tmpfs gets.
if [ ! -e /tmp/git-log ]; then
  mkdir /tmp/here
  (cd /tmp/here && sh -e /kernel/git.sh) >/tmp/git-log 2>&1
  rm -rf /tmp/here
fi
sh -e /kernel/git.sh >/tmp/got 2>&1
same 'git init, add, commit, branch, merge, gc, fsck, clone' /tmp/git-log /tmp/got
check 'git has come to its end' grep -q '^all done$' /tmp/got
