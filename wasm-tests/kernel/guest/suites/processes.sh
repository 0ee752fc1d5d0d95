# 100 processes at once, half of them through the second mount.
[ "$cache" = none ] || OTHER=$DIR # with a cache, two mounts do not see each other's changes
crowd "$DIR" "$OTHER" 100 >/tmp/crowd 2>&1
check '100 processes at once' sh -c 'cat /tmp/crowd; grep -q "^100 of 100$" /tmp/crowd'
check '100 processes: nothing is left but the log' sh -c '[ "$(ls)" = log ]'
check '100 processes: each appended line is whole' sh -c '[ "$(wc -l <log)" = 1000 ] && [ "$(sort -u log | wc -l)" = 1000 ] && ! grep -v "^process [0-9]* line [0-9]$" log'
