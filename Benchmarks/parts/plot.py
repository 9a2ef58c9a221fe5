"""Three panels as SVG: how cost grows with accounts, connections and hash threads."""
import math
import statistics

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 330, 300, 54, 12, 50, 76
STYLE = """<style>
  text { font: 12px system-ui, sans-serif; fill: #24292f; }
  .title { font-weight: 600; font-size: 13px; }
  .small { font-size: 11px; }
  .axis { stroke: #57606a; fill: none; }
  .grid { stroke: #d0d7de; fill: none; }
  .a { stroke: #0550ae; fill: #0550ae; } .b { stroke: #0a7d8c; fill: #0a7d8c; }
  .c { stroke: #bc4c00; fill: #bc4c00; } .d { stroke: #8a4600; fill: #8a4600; }
  path.a, path.b, path.c, path.d { fill: none; stroke-width: 2; }
  .dashed { stroke-dasharray: 5 4; }
  .paper { fill: #ffffff; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; } .axis { stroke: #8b949e; } .grid { stroke: #30363d; } .paper { fill: #0d1117; }
    .a { stroke: #79c0ff; fill: #79c0ff; } .b { stroke: #56d4dd; fill: #56d4dd; }
    .c { stroke: #ffa657; fill: #ffa657; } .d { stroke: #d9a066; fill: #d9a066; }
    path.a, path.b, path.c, path.d { fill: none; }
  }
</style>"""


def short(value):
    for size, unit in ((1_000_000, "M"), (1_000, "k")):
        if value >= size:
            return ("%.1f" % (value / size)).rstrip("0").rstrip(".") + unit
    return "%g" % value


def steps(most):
    """Round values from 0 to above the most."""
    step = 10 ** math.floor(math.log10(most / 4 or 1))
    for factor in (1, 2, 2.5, 5, 10):
        if most / (step * factor) <= 5:
            step *= factor
            break
    return [step * i for i in range(math.ceil(most / step) + 1)]


def panel(x0, title, axis, series, logarithmic=True):
    """series: (name, class, dashed, [(x, [rates])]). The y axis begins at zero."""
    series = [(name, kind, dashed, sorted(points)) for name, kind, dashed, points in series if points]
    xs = sorted({x for _, _, _, points in series for x, _ in points})
    ys = steps(max(max(values) for _, _, _, points in series for _, values in points) or 1)
    scale = math.log10 if logarithmic else float
    low, high = scale(xs[0]), scale(xs[-1])

    def px(x):
        share = 0.5 if high == low else (scale(x) - low) / (high - low)
        return x0 + LEFT + 10 + share * (WIDTH - LEFT - RIGHT - 20)

    def py(y):
        return HEIGHT - BOTTOM - y / ys[-1] * (HEIGHT - TOP - BOTTOM)

    out = ['<text class="title" x="%d" y="20">%s</text>' % (x0 + 8, title),
           '<text class="small" x="%d" y="38">logins a second</text>' % (x0 + 8)]
    for y in ys:
        out.append('<line class="grid" x1="%d" x2="%d" y1="%.1f" y2="%.1f"/>' % (x0 + LEFT, x0 + WIDTH - RIGHT, py(y), py(y)))
        out.append('<text class="small" text-anchor="end" x="%d" y="%.1f">%s</text>' % (x0 + LEFT - 6, py(y) + 4, short(y)))
    out.append('<line class="axis" x1="%d" x2="%d" y1="%d" y2="%d"/>' % (
        x0 + LEFT, x0 + WIDTH - RIGHT, HEIGHT - BOTTOM, HEIGHT - BOTTOM))
    last = -100.0
    for x in xs:
        if px(x) - last < 30:
            continue
        last = px(x)
        out.append('<text class="small" text-anchor="middle" x="%.1f" y="%d">%s</text>' % (px(x), HEIGHT - BOTTOM + 16, short(x)))
    out.append('<text class="small" text-anchor="middle" x="%d" y="%d">%s</text>' % (
        x0 + (LEFT + WIDTH - RIGHT) / 2, HEIGHT - BOTTOM + 32, axis))
    for position, (name, kind, dashed, points) in enumerate(series):
        middle = [(px(x), py(statistics.median(values))) for x, values in points]
        style = kind + (" dashed" if dashed else "")
        out.append('<path class="%s" d="M%s"/>' % (style, " L".join("%.1f %.1f" % p for p in middle)))
        for (x, values), (cx, cy) in zip(points, middle):
            out.append('<line class="%s" x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/>' % (kind, cx, cx, py(min(values)), py(max(values))))
            out.append('<circle class="%s" cx="%.1f" cy="%.1f" r="3"/>' % (kind, cx, cy))
        lx, ly = x0 + 8 + position % 2 * 155, HEIGHT - 26 + position // 2 * 17
        out.append('<path class="%s" d="M%d %d h22"/>' % (style, lx, ly - 4))
        out.append('<text class="small" x="%d" y="%d">%s</text>' % (lx + 28, ly, name))
    return out


def select(rows, **wanted):
    return [(row["x"], row["rates"]) for row in rows if all(row[key] == value for key, value in wanted.items())]


def growth(figures):
    accounts, connections, threads = figures["accounts"], figures["connections"], figures["threads"]
    body = panel(0, "AUTH {SHA256}, 64 connections", "accounts", [
        ("Gatepost, SQLite", "b", False, select(accounts, kind="sqlite", side="gatepost")),
        ("Gatepost, PostgreSQL", "a", False, select(accounts, kind="postgresql", side="gatepost")),
        ("courier, SQLite", "d", True, select(accounts, kind="sqlite", side="courier")),
        ("courier, PostgreSQL", "c", True, select(accounts, kind="postgresql", side="courier"))])
    body += panel(WIDTH, "AUTH {SHA256}, PostgreSQL", "connections at one time", [
        ("Gatepost, all asking", "a", False, select(connections, side="gatepost")),
        ("64 asking, others idle", "b", False, select(connections, side="idle")),
        ("courier, all asking", "c", True, select(connections, side="courier"))])
    body += panel(2 * WIDTH, "AUTH $6$, 64 connections", "hash threads", [
        ("Gatepost", "a", False, select(threads, side="gatepost")),
        ("crypt_r alone", "b", True, select(threads, side="floor"))])
    width = 3 * WIDTH
    return "\n".join(['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="Logins a second '
                      'against accounts, connections and hash threads">' % (width, HEIGHT + 6), STYLE,
                      '<rect class="paper" width="%d" height="%d"/>' % (width, HEIGHT + 6)] + body + ["</svg>", ""])
