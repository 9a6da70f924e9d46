# A database that was cut off or spoiled is called so; on a full disk nothing half-made is left.
cp "$CLI/knee.yaml" .
"$PUSHSIM" run knee.yaml --quiet
for bytes in 0 600 4096 50000; do
    head -c $bytes knee.db >cut.db
    "$PUSHSIM" export cut.db
    echo "exit $? with $bytes bytes"
done
"$PUSHSIM" run knee.yaml --quiet --db cut.db
echo "exit $?: not written to"
echo "this is a text, and a longer one than the head of a database" >text.db
"$PUSHSIM" export text.db
echo "exit $?"
# the tables whole, a page of rows not
/usr/bin/python3 - <<'Y'
import os, sqlite3
db = sqlite3.connect("knee.db")
page = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'series'").fetchone()[0]
size = db.execute("PRAGMA page_size").fetchone()[0]
data = bytearray(open("knee.db", "rb").read())
data[(page - 1) * size : page * size] = b"x" * size
open("spoiled.db", "wb").write(data)
Y
"$PUSHSIM" merge new.db spoiled.db
echo "exit $?"
"$PUSHSIM" export spoiled.db --format openmetrics # not with the mark of a whole one
echo "exit $?"
# a file may grow to so many KiB: none, the first pages, the tables and no rows
full() { (trap '' XFSZ; ulimit -f $1; shift; "$PUSHSIM" "$@" 2>&1; echo "exit $?"); }
full 0 merge new.db knee.db
full 4 merge new.db knee.db
full 100 merge new.db knee.db
full 4 run knee.yaml --quiet --db new.db
ls
# figures that no run has
"$PUSHSIM" run knee.yaml --quiet --db odd.db
/usr/bin/python3 - <<'Y'
import sqlite3
db = sqlite3.connect("odd.db")
db.execute("UPDATE series SET at_ns = -at_ns")
db.execute("UPDATE metric SET value = -5 WHERE name = 'load.end'")
db.execute("UPDATE metric SET value = 9e999 WHERE name = 'delivery.p99'")
db.commit()
Y
"$PUSHSIM" explain odd.db 1/1 >odd.txt
echo "exit $?"
"$PUSHSIM" export --format json odd.db >odd.json
/usr/bin/python3 -c 'import json; print({r["value"] for r in json.load(open("odd.json"), parse_constant=exit) if r["metric"] == "delivery.p99"})'
