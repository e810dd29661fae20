"""What tests.bench.load and tests.bench.soak found, in words and tables."""

import statistics
from typing import Any

from tests.bench import driving, report
from tests.bench.report import KINDS, Found, table

CONNECTIONS = ("1", "16", "64")
JUDGED = str(driving.JUDGED)
WORDS = {"article": "article", "home": "home", "section": "section", "feed": "feed"}
Line = list[str]


def verdict(ratio: float, target: float, *, at_most: bool = False) -> Line:
    """Target, ratio, whether it is met."""
    met = ratio <= target if at_most else ratio >= target
    sign = "≤" if at_most else "≥"
    return [f"{sign} {target:g}", f"{ratio:.2f}", "met" if met else "**not met**"]


def per_second(figures: Found, name: str) -> str:
    """Requests in a second with 1, 16 and 64 connections."""
    numbers = (figures[name].get(many) for many in CONNECTIONS)
    return " / ".join(f"{one['per_second']:,.0f}" if one else "-" for one in numbers)


def cpu(figures: Found, name: str) -> str:
    """Microseconds of work for one request, of the server and of the database."""
    one = figures[name][JUDGED]
    if one["database_us"]:
        return f"{one['cpu_us']:,.0f} + {one['database_us']:,.0f}"
    return f"{one['cpu_us']:,.0f}"


def ratio(figures: Found, one: str, other: str) -> float:
    """Of the requests in a second: the median of the ratios of all rounds, in each of which both had their turn."""
    rounds = zip(figures[one][JUDGED]["each"], figures[other][JUDGED]["each"], strict=True)
    return statistics.median(mine / max(beside, 1e-9) for mine, beside in rounds)


HEAD = [
    "",
    "requests/s with 1 / 16 / 64 connections",
    "CPU µs a request",
    "beside it",
    "requests/s",
    "CPU µs",
    "target",
    "ratio",
    "",
]


def beside(figures: Found, label: str, one: str, other: str, name: str, target: float) -> Line:
    return [
        label,
        per_second(figures, one),
        cpu(figures, one),
        name,
        per_second(figures, other),
        cpu(figures, other),
        *verdict(ratio(figures, one, other), target),
    ]


def hot(found: Found) -> str:
    application, through = found["hot"]["application"], found["hot"]["nginx"]
    rows = []
    for page in WORDS:
        size = found["hot"]["bytes"][page]
        label = f"{page}, {size / 1000:.1f} kB gzip"
        one = f"{page}: portal"
        rows.append(beside(application, label, one, f"{page}: raw", "raw WSGI", 0.85))
        rows.append(beside(application, label, one, "empty view", "empty Django view", 5))
    rows.append(beside(application, "a view counted", "view: portal", "view: raw", "raw WSGI", 0.7))
    for page in WORDS:
        label, one, other = f"{page}, through nginx", f"{page}: nginx", f"{page}: file"
        rows.append(beside(through, label, one, other, "compressed file by nginx", 0.9))
    return table(HEAD, rows)


def cold(found: Found) -> str:
    rows = []
    for kind, one in found["cold"].items():
        figures = one["figures"]
        for page in ("article", "home", "section"):
            for size in ("small", "large"):
                name = f"{page}: {size}"
                queries = one["queries"][size][page]
                row = beside(
                    figures,
                    f"{page}, {found['asked'][size]:,} stories, {KINDS[kind]}: {queries} queries",
                    name,
                    "empty view",
                    "empty Django view",
                    0.1,
                )
                if queries > 12:
                    row[-1] = f"{row[-1]}; **more than 12 queries**"
                rows.append(row)
    return table(HEAD, rows)


def growth(found: Found) -> str:
    """Their own time with many stories beside their time with few, by requests/s and, told beside it, by work: both are
    cold in the same run.
    """
    rows = []
    for kind, one in found["cold"].items():
        pairs = [
            (page, f"{page}: large", f"{page}: small") for page in ("article", "home", "section")
        ]
        pairs.append(
            (f"page {one['last page']} of a section beside page 1", "last page", "first page")
        )
        for label, many, few in pairs:
            figures = one["figures"]
            clock = ratio(figures, few, many)
            rows.append(
                [
                    f"{label}, {KINDS[kind]}",
                    f"{work(figures, few):,.0f}",
                    f"{work(figures, many):,.0f}",
                    f"{work(figures, many) / max(work(figures, few), 1e-9):.2f}",
                    *verdict(clock, 1.2, at_most=True),
                ]
            )
    head = ["", "CPU µs with few", "with many", "times the work"]
    return table([*head, "target", "times by requests/s, judged", ""], rows)


def work(figures: Found, name: str) -> float:
    one = figures[name][JUDGED]
    total: float = one["cpu_us"] + one["database_us"]
    return total


def comments(found: Found) -> str:
    rows = []
    for kind, one in found["comments"].items():
        figures = one["figures"]
        rows.append(
            beside(
                figures,
                f"comment accepted, {KINDS[kind]}",
                "comment",
                "insert",
                "one INSERT and a redirect",
                0.4,
            )
        )
    return table(HEAD, rows)


def comments_checked(found: Found) -> str:
    said = []
    for kind, one in found["comments"].items():
        answered = sum(part["requests"] for part in one["figures"]["comment"].values())
        refused = sum(part["refused"] for part in one["figures"]["comment"].values())
        said.append(
            f"{KINDS[kind]}: {answered:,} were answered, {refused} of them with an error, "
            f"{one['stored']:,} are stored"
        )
    return "; ".join(said)


def others(found: Found) -> str:
    views, seen, arrivals = found["views"], found["seen"], found["arrivals"]
    lost = max((one["lost"] for one in views["kills"]), default=0)
    seconds = max((one["seconds"] for one in views["kills"]), default=0.0)
    memory = found["memory"]
    most = max(one["mb"] for one in memory)
    half = next((one for one in memory if one["requests"] >= memory[-1]["requests"] / 2), memory[0])
    rows = [
        [
            "views after a graceful stop",
            f"{views['counted']:,} of {views['answered']:,}",
            "all",
            "met" if views["counted"] == views["answered"] else "**not met**",
        ],
        [
            f"views lost by SIGKILL, the most of {len(views['kills'])}",
            f"{lost:,}, what came in {seconds:.2f} s",
            "≤ 1 s (`VIEW_FLUSH_SECONDS`)",
            "met" if seconds <= 1.0 else "**not met**",
        ],
    ]
    for cache, words, bound in (("shared", "with Redis", 1.0), ("alone", "without Redis", 5.0)):
        for place, longest in seen[cache].items():
            judged = [f"≤ {bound:g} s", "met" if longest <= bound else "**not met**"]
            if place not in ("application", "nginx"):
                judged = ["", ""]
            rows.append([f"publishing seen, {words}, asking {place}", f"{longest:.2f} s", *judged])
    for workers in ("1", "2"):
        most_made = int(workers)
        rows.append(
            [
                f"1,000 readers arrive at a page that has become old, {workers} worker(s)",
                f"made {arrivals[workers]} times, {arrivals[f'{workers} broken']} not answered",
                "once in each process",
                "met" if arrivals[workers] <= most_made else "**not met**",
            ]
        )
    rows.append(
        [
            f"memory of a worker after {memory[-1]['requests']:,} requests",
            f"{memory[-1]['mb']:.0f} MB (after {memory[0]['requests']:,}: {memory[0]['mb']:.0f}, "
            f"after {half['requests']:,}: {half['mb']:.0f})",
            "≤ 120 MB",
            "met" if most <= 120 else "**not met**",
        ]
    )
    rows.append(["first visit on a phone", *phone(report.kept("phone"))])
    return table(["", "found", "target", ""], rows)


def phone(found: Any) -> Line:
    """Of the last `make bench-phone`, which is no part of `make bench`."""
    if not found:
        return ["not run", "performance 100, LCP < 1.2 s, CLS 0, TBT < 50 ms, ≤ 150 KB", "not run"]
    said = f"{found['said']} (by `make bench-phone`, {report.kept_at('phone')})"
    return [said, found["target"], "met" if found["met"] else "**not met**"]


def servers(found: Found) -> str:
    figures = found["hot"]["servers"]
    rows = []
    for name, label in {
        "raw": "raw WSGI, the article's bytes",
        "empty view": "empty Django view",
        "article": "the portal's article, kept",
    }.items():
        one, other = f"{name}: granian", f"{name}: gunicorn"
        rows.append(
            [
                label,
                per_second(figures, one),
                cpu(figures, one),
                per_second(figures, other),
                cpu(figures, other),
                f"{ratio(figures, one, other):.1f}",
            ]
        )
    head = ["", "granian, requests/s", "CPU µs", "gunicorn, requests/s", "CPU µs", "times"]
    return table(head, rows)


def failures(found: Found) -> str:
    """What was answered with an error or not at all, in everything that was driven."""
    groups = [found["hot"]["application"], found["hot"]["nginx"], found["hot"]["servers"]]
    groups += [one["figures"] for one in found["cold"].values()]
    groups += [one["figures"] for one in found["comments"].values()]
    bad = {
        f"{name} ({many} connections)": one["refused"] + one["broken"]
        for group in groups
        for name, by_many in group.items()
        for many, one in by_many.items()
        if one["refused"] + one["broken"]
    }
    asked = sum(
        one["requests"]
        for group in groups
        for by_many in group.values()
        for one in by_many.values()
    )
    if not bad:
        return f"Of {asked:,} requests none failed."
    return f"Of {asked:,} requests failed: " + ", ".join(f"{n} × {name}" for name, n in bad.items())


def text(found: Found) -> str:
    asked = found["asked"]
    return "\n\n".join(
        [
            f"{report.where(found['machine'])} Took {found['minutes']} minutes; load at the end "
            f"{found['load after']}. {asked['rounds']} rounds of {asked['seconds']} s, a third of them with 1 and 64 connections. "
            f"{failures(found)}",
            f"Ratios are the medians of the rounds' own, of the requests in a second with {JUDGED} connections.",
            "### Repeat readers, and a view counted",
            hot(found),
            "### Cold pages",
            cold(found),
            f"### {asked['large']:,} stories beside {asked['small']:,}",
            growth(found),
            "### A comment accepted, all checks on",
            comments(found),
            f"{comments_checked(found)}.",
            "### The rest of the targets",
            others(found),
            "### granian and gunicorn",
            servers(found),
        ]
    )


def write() -> None:
    found = report.kept("load")
    if found:
        report.put("load", text(found))


def soak_text(found: Found) -> str:
    rows = [
        [
            f"{one['minute']:.1f}",
            f"{one['requests']:,}",
            f"{one['errors']}",
            ", ".join(f"{mb:.0f}" for mb in one["mb"]),
        ]
        for one in found["samples"]
    ]
    exact = [
        ["views", f"{found['views']['counted']:,}", f"{found['views']['answered']:,}"],
        ["comments", f"{found['comments']['counted']:,}", f"{found['comments']['answered']:,}"],
        [
            "stories published",
            f"{found['published']['counted']:,}",
            f"{found['published']['done']:,}",
        ],
    ]
    return "\n\n".join(
        [
            f"{report.where(found['machine'])}",
            found["said"],
            table(["minute", "requests so far", "errors", "MB of the workers"], rows),
            table(["", "in the database", "answered"], exact),
        ]
    )


def write_soak() -> None:
    found = report.kept("soak")
    if found:
        report.put("soak", soak_text(found))
