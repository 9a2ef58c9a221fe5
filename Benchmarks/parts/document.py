"""Medians, ratios and goals; the tables of docs/performance.md."""
import re
import statistics

import plot

NAMES = {"postgresql": "PostgreSQL", "sqlite": "SQLite", "mariadb": "MariaDB"}
WRONG = ("refused", "accepted", "foreign", "silent", "truncated", "garbled", "connect-errors", "timeouts")
MIB = 1024


def median(values):
    return statistics.median(values)


def number(value):
    """With the figures that mean something, and commas between thousands."""
    if value >= 100:
        return "{:,.0f}".format(value)
    if value >= 10:
        return "%.1f" % value
    return "%.2f" % value


def spread(values):
    """The median, and in brackets the least and the most."""
    if len(values) == 1:
        return number(values[0])
    return "%s (%s–%s)" % (number(median(values)), number(min(values)), number(max(values)))


def rates(runs, key="per-second"):
    return [run[key] for run in runs]


def ratios(ours, theirs):
    """Run by run: what disturbed both sides of a pair is not in it."""
    return [a / b for a, b in zip(ours, theirs) if b] or [0.0]


def pair(ours, theirs, key="per-second"):
    """For the screen."""
    a, b = rates(ours, key), rates(theirs, key)
    return "%s and %s: × %s" % (number(median(a)), number(median(b)), number(median(ratios(a, b))))


def latency(runs, share):
    """In milliseconds."""
    return [run["latency"][share] / 1000 for run in runs]


def dovecot(row):
    if "dovecot" not in row:
        return ""
    return "%s; with its cache %s" % (spread(rates(row["dovecot"])), spread(rates(row["dovecot-cached"])))


def goal(text, reached):
    return text + (": reached" if reached else ": **missed**")


def table(heading, rows):
    lines = ["| " + " | ".join(heading) + " |", "| " + " | ".join("---" for _ in heading) + " |"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def machine(results):
    m = results["machine"]
    return ("%s, %d processors (%s), %d GiB, %s, Linux %s. %s (commit %s), courier-authlib %s, PostgreSQL %s, MariaDB %s, SQLite %s. "
            "%s accounts, for the lists %s. Medians of %d paired runs of %s s; in brackets the least and the most. "
            "Wrong answers: Gatepost %d, courier %d, Dovecot %d.") % (
        m["date"], m["cores"], m["processor"], m["memory"], m["system"], m["kernel"],
        "Gatepost " + m["gatepost"], m["commit"],
        m["courier"] + (", Dovecot " + m["dovecot"] if m["dovecot"] else ""), m["postgresql"], m["mariadb"], m["sqlite"],
        "{:,}".format(m["users"]), "{:,}".format(m["list_users"]), m["runs"], number(m["seconds"]).rstrip("0").rstrip("."),
        *(results["wrong"][side] for side in ("gatepost", "courier", "dovecot")))


def logins(results):
    wanted = {("postgresql", 8): 2.5, ("postgresql", 64): 2.5, ("sqlite", 8): 1.5, ("sqlite", 64): 1.5}
    rows = []
    for row in results["logins"]:
        ours, theirs = row["gatepost"], row["courier"]
        found = ratios(rates(ours), rates(theirs))
        least = wanted.get((row["kind"], row["connections"]), 1.0)
        reached, text = median(found) >= least, "× %s" % least
        if row["connections"] == 1:
            text += ", p99 no worse"
            reached = reached and median(latency(ours, "p99")) <= median(latency(theirs, "p99"))
        rows.append([
            "%s, %d at one time" % (NAMES[row["kind"]], row["connections"]),
            spread(rates(ours)), "%s / %s" % (number(median(latency(ours, "p50"))), number(median(latency(ours, "p99")))),
            "%s, %d processes" % (spread(rates(theirs)), row["daemons"]),
            "%s / %s" % (number(median(latency(theirs, "p50"))), number(median(latency(theirs, "p99")))),
            dovecot(row), "× " + spread(found), goal(text, reached)])
    return table(["AUTH `{SHA256}`", "Gatepost, logins/s", "p50 / p99, ms", "courier, logins/s", "p50 / p99, ms",
                  "Dovecot, logins/s", "ratio to courier", "goal"], rows)


def others(results):
    rows = []
    hash = results["hash"]
    of_floor = ratios(rates(hash["gatepost"]), hash["floor"])
    rows.append([
        "AUTH `$6$`, PostgreSQL, 64 at one time, logins/s. `crypt_r` alone in %d threads: %s" % (hash["threads"], spread(hash["floor"])),
        spread(rates(hash["gatepost"])), "%s, %d processes" % (spread(rates(hash["courier"])), hash["daemons"]), dovecot(hash),
        "%s of `crypt_r`" % spread(of_floor), goal("0.95 of `crypt_r`", median(of_floor) >= 0.95)])
    hot = results["hot"]
    found = ratios(rates(hot["gatepost"]), rates(hot["courier"]))
    rows.append(["the same 10 users again and again, bcrypt cost 10, 8 at one time, logins/s", spread(rates(hot["gatepost"])),
                 spread(rates(hot["courier"])), dovecot(hot), "× " + spread(found), goal("× 300", median(found) >= 300)])
    for row in results["list"]:
        ours, theirs = row["gatepost"], row["courier"]
        name = "ENUMERATE, %s accounts, %s: " % ("{:,}".format(ours[0]["accounts"]), NAMES[row["kind"]])
        speed = rates(ours, "accounts-per-second"), rates(theirs, "accounts-per-second")
        found = ratios(*speed)
        if row["kind"] == "postgresql":
            text = goal("1,000,000", median(speed[0]) >= 1e6)
        else:
            text = goal("× 1.3", median(found) >= 1.3)
        rows.append([name + "lines/s", spread(speed[0]), spread(speed[1]), "", "× " + spread(found), text])
        first = [[run["first-byte"]["max"] / 1000 for run in side] for side in (ours, theirs)]
        rows.append([name + "first byte, ms", spread(first[0]), spread(first[1]), "", "", goal("below 50", median(first[0]) < 50)])
        peak = [[run["peak"] / MIB for run in side] for side in (ours, theirs)]
        rows.append([name + "most memory above idle, MiB", spread(peak[0]), spread(peak[1]), "", "",
                     goal("below 16", median(peak[0]) < 16)])
    for row in results["memory"]:
        cells = []
        for side in ("gatepost", "courier"):
            cells.append("%s / %s" % (number(row["idle"][side] / MIB), number(row["after"][side] / MIB)))
        reached = row["idle"]["gatepost"] <= 20 * MIB and row["after"]["gatepost"] <= 32 * MIB
        rows.append(["resident memory, %s, idle / after the logins above, MiB" % NAMES[row["kind"]], cells[0],
                     "%s, %d processes" % (cells[1], row["after"]["processes"]), "", "", goal("20 / 32", reached)])
        if "connections" in row:
            rows.append(["connections to PostgreSQL", str(row["connections"]["gatepost"]), str(row["connections"]["courier"]),
                         "", "", goal("2", row["connections"]["gatepost"] <= 2)])
    for row in results["start"]:
        rows.append(["start to first answer, %s, ms" % NAMES[row["kind"]], spread(row["milliseconds"]), "", "", "",
                     goal("50", median(row["milliseconds"]) <= 50)])
    crowd = results["crowd"]
    p99 = latency(crowd["gatepost"], "p99")
    rows.append(["PRE while %d bcrypt logins wait, p99, ms" % crowd["waiting"], spread(p99),
                 spread(latency(crowd["courier"], "p99")), "", "", goal("5", median(p99) <= 5)])
    idle = results["idle"]
    rows.append(["%s idle connections, KiB each" % "{:,}".format(idle["count"]), spread(idle["kib"]), "", "", "",
                 goal("4", median(idle["kib"]) <= 4)])
    found = ratios(rates(idle["with"]), rates(idle["before"]))
    blocked = "with 5 idle ones a login takes %s s" % number(idle["courier-seconds"]) if "courier-seconds" in idle else ""
    rows.append(["logins/s, 64 at one time, without / with them",
                 "%s / %s" % (spread(rates(idle["before"])), spread(rates(idle["with"]))), blocked, "",
                 "× " + spread(found), goal("no change", median(found) >= 0.9)])
    return table(["", "Gatepost", "courier", "Dovecot", "ratio to courier", "goal"], rows)


def replace(text, region, content):
    """Puts content between <!-- region --> and <!-- /region -->."""
    pattern = re.compile(r"(<!-- %s -->\n).*?(<!-- /%s -->)" % (region, region), re.S)
    if not pattern.search(text):
        raise SystemExit("there is no <!-- %s --> in docs/performance.md" % region)
    return pattern.sub(lambda match: match.group(1) + content + "\n" + match.group(2), text)


def write(root, results):
    path = root + "/docs/performance.md"
    text = open(path).read()
    for region in (machine, logins, others):
        text = replace(text, region.__name__, region(results))
    with open(path, "w") as f:
        f.write(text)
    # Results of some rows only leave the plot as it is.
    if "growth" in results:
        with open(root + "/docs/performance-growth.svg", "w") as f:
            f.write(plot.growth(results["growth"]))
