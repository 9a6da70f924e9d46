# The page in HTML: one file, well formed, and its charts show what its tables say.
cat >made.yaml <<'Y'
question: Which cells <hold> & which do not?
cost: { iteration: 5us }
slo: { p99: 40ms }
workload.phases: [ { name: calm, duration: 20s, rate: 5/s }, { name: burst, duration: 10s, rate: 40/s } ]
sweep: { protocol: [sse, websocket], cpu.limit: [none, 1000m, 300m, 100m] }
replications: 2
Y
"$PUSHSIM" run made.yaml --quiet 2>/dev/null
/usr/bin/python3 - <<'Y'
import sqlite3
db = sqlite3.connect("made.db")
p99 = [9, .01, .02, .05, 9, .02, None, .8] # of each cell; of "none" there is no place on an axis
for run, point, replication in db.execute("SELECT id, point, replication FROM run").fetchall():
    for name, part in ("delivery.p50", .25), ("delivery.p95", .5), ("delivery.p99", 1):
        value = p99[point - 1] and p99[point - 1] * part * (1, 3)[replication - 1]
        db.execute("UPDATE metric SET value = ? WHERE run = ? AND name = ?", (value, run, name))
db.commit()
db.execute("VACUUM INTO 'real.db'")
real = sqlite3.connect("real.db")
real.execute("UPDATE run SET arm = 'real'")
real.execute("UPDATE metric SET value = value / 2 WHERE name LIKE 'delivery.p%'")
real.commit()
Y
cp made.db both.db
"$PUSHSIM" merge both.db real.db 2>&1 | tail -n 1
for db in made real both; do
    "$PUSHSIM" report $db.db --format html >$db.html || echo "exit $?"
done
cat >look.py <<'Y'
import math, re, sys
from html.parser import HTMLParser

class Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.figures, self.text, self.tables = [], [], "", []
    def handle_starttag(self, tag, attributes):
        if tag not in ("meta",):
            self.open.append(tag)
        if tag == "figure":
            self.figures.append({"title": "", "texts": [], "line": [], "mark": []})
        if tag == "table":
            self.tables.append([])
        if tag == "tr":
            self.tables[-1].append([])
        a = dict(attributes)
        if "figure" in self.open:
            kind = (a.get("class") or "").split(" ")[0]
            self.figures[-1].setdefault(kind, []).append(a)
        self.at = a
    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        self.open.pop()
    def handle_endtag(self, tag):
        assert self.open.pop() == tag, (tag, self.getpos())
    def handle_data(self, data):
        self.text += data
        last = self.open[-1] if self.open else ""
        if last == "figcaption":
            self.figures[-1]["title"] += data
        elif last == "text":
            self.figures[-1]["texts"].append((data, float(self.at["x"]), float(self.at["y"]), self.at["text-anchor"]))
        elif last in ("td", "th"):
            self.tables[-1][-1].append(data)

def seconds(text):
    number, unit = re.fullmatch(r"([0-9.]+)(us|ms|s|min)", text).groups()
    return float(number) * {"us": 1e-6, "ms": 1e-3, "s": 1, "min": 60}[unit]

def scale(figure):
    """The log axis that the ticks of the latency tell: from a height to seconds."""
    ticks = [(y - 4, seconds(t)) for t, x, y, anchor in figure["texts"] if anchor == "end" and re.match("[0-9]", t)]
    (y0, v0), (y1, v1) = ticks[0], ticks[-1]
    slope = math.log(v1 / v0) / (y1 - y0)
    for y, v in ticks: # all of them lie on one line
        assert abs(v0 * math.exp(slope * (y - y0)) / v - 1) < .02, ticks
    return lambda y: v0 * math.exp(slope * (y - y0))

def points(d):
    return [(float(x), float(y)) for x, y in re.findall(r"[ML]([0-9.]+) ([0-9.]+)", d)]

page = Page()
source = open(sys.argv[1]).read()
page.feed(source)
page.close()
assert page.open == [], page.open
assert not re.search(r"(src|href)=|@import|url\(|<script", source), "needs other files"
print("tables", len(page.tables), "charts", [f["title"] for f in page.figures if "run" not in f["title"]][:3])
for figure in page.figures[:2]:
    value = scale(figure)
    for n, line in enumerate(l for l in figure["line"] if "L" in l["d"]): # keys have none
        print(" line", n, ["%.2g" % value(y) for x, y in points(line["d"])])
    print(" marks", ["%.2g" % value(float(m["cy"])) for m in figure["mark"] if float(m["cy"]) > 30])
    print(" bars", [" to ".join("%.2g" % value(float(y)) for y in re.findall(r"[ V]([0-9.]+)", b["d"])) for b in figure.get("bar", [])][:4])
    print(" ticks", [t for t, x, y, anchor in figure["texts"] if y == 280])
    print(" level", ["%.2g" % value(float(l["d"].split()[1].split("H")[0])) for l in figure.get("level", [])])
courses = [f for f in page.figures if ", run " in f["title"]]
print(" courses", len(courses), courses[-1]["title"])
print(" escaped", "<hold> & which" in page.text)
Y
for db in made real both; do
    echo "$db:"
    /usr/bin/python3 look.py $db.html
done
# a run's own words are no markup
/usr/bin/python3 -c "
import sqlite3
db = sqlite3.connect('made.db')
db.execute(\"UPDATE run SET status = 'failed', reason = 'one \x60 <b> and \\* too' WHERE id = 1\")
db.commit()"
"$PUSHSIM" report made.db -F html | grep '^<li>'
# a run of one second has no course to draw, and none is announced
printf 'workload.phases: [ { name: s, duration: 300ms, rate: 5/s } ]\nworkload.drain: 0s\nreplications: 1\n' >short.yaml
"$PUSHSIM" run short.yaml --quiet 2>/dev/null
"$PUSHSIM" report short.db -F html | grep -E '<h2>|<svg'
"$PUSHSIM" report made.db -F html >/dev/full
echo "exit $?"
"$PUSHSIM" report made.db --format pdf 2>&1 | head -n 1
"$PUSHSIM" report made.db --format markdown | cmp - <("$PUSHSIM" report made.db) && echo "as without"
