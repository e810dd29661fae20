"""What the desk costs on a portal of 100,000 stories, on the database of the settings.

    python -m tests.bench.desk [--stories N]

`make bench-desk` asks for both databases, of copies of the kept data sets (tests.bench.datasets). By itself it fills a
database of its own that is gone afterwards. Each page is asked for as an official would, five times; printed are the queries, the middle of the times, by the clock
and of this process's own work (SQLite works in it, PostgreSQL does not), and which of the statements read a large
table through from beginning to end.
"""

import argparse
import statistics
import sys
import time

from tests.bench import own_database
from tests.bench.own_database import IS_KEPT

own_database.set_up()

from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402

from news.models import Article, Section  # noqa: E402
from tests.bench import corpus, report  # noqa: E402
from tests.tools.plans import read_through  # noqa: E402

REPEATS = 5
LARGE = (
    "news_article",
    "news_searchentry",
    "news_story_words",
    "news_title_words",
    "news_photo",
    "news_photo_words",
    "news_attachment",
    "news_attachment_words",
    "news_tag",
)
# Rows; each of these tables has ten times as many.
MANY = 1000
MAX_QUERIES = 15


def pages() -> list[tuple[str, str, str, dict[str, str]]]:
    """What is asked for: name, account, address, parameters."""
    stories = reverse("admin:news_article_changelist")
    photos = reverse("admin:news_photo_changelist")
    files = reverse("admin:news_attachment_changelist")
    choosing = reverse("admin:autocomplete")
    number = Article.objects.order_by("-pk").values_list("title", flat=True)[500].split()[-1]
    related = {"app_label": "news", "model_name": "article", "field_name": "related"}
    asked: list[tuple[str, str, str, dict[str, str]]] = []
    for account, who in {
        "bientap": "editor",
        "chuyenmuc": "of 2 sections",
        "tacgia": "author",
    }.items():
        asked += [
            (f"list, {who}", account, stories, {}),
            (f"list, {who}: common word", account, stories, {"q": "phường"}),
        ]
    asked += [
        ("list, page 20", "bientap", stories, {"p": "20"}),
        *(
            (f"list, {state}", "bientap", stories, {"tinh-trang": state})
            for state in ("dang-viet", "cho-duyet", "cho-gio", "dang-hien", "het-han", "thu-hoi")
        ),
        ("list, last month", "bientap", stories, {"thoi-gian": "thang-truoc"}),
        ("list, my stories", "bientap", stories, {"cua-toi": "1"}),
        ("list, featured", "bientap", stories, {"noi-bat": "1"}),
        (
            "list, one section",
            "bientap",
            stories,
            {
                "section__id__exact": str(
                    Section.objects.order_by("-pk").values_list("pk", flat=True)[0]
                )
            },
        ),
        ("list, rare word", "bientap", stories, {"q": number}),
        ("list, three common words", "bientap", stories, {"q": "phường hội nghị"}),
        ("list, nothing found", "bientap", stories, {"q": "khongcotunay"}),
        ("choosing a story: rare", "bientap", choosing, {**related, "term": number}),
        ("choosing a story: one letter", "bientap", choosing, {**related, "term": "t"}),
        ("command box: two letters", "bientap", reverse("admin:command_box"), {"q": "ho"}),
        ("command box: common word", "bientap", reverse("admin:command_box"), {"q": "phường"}),
        ("command box: rare", "bientap", reverse("admin:command_box"), {"q": number}),
        ("pictures: common word", "bientap", photos, {"q": "phường"}),
        ("pictures: rare", "bientap", photos, {"q": "17171"}),
        ("files: common word", "bientap", files, {"q": "phường"}),
        ("files: rare", "bientap", files, {"q": "7171"}),
        ("tags that begin", "bientap", reverse("admin:news_article_tags"), {"q": "ho"}),
        ("public search: common word", "bientap", reverse("news:search"), {"q": "phường"}),
        ("choosing a story: two words", "bientap", choosing, {**related, "term": "hội ngh"}),
    ]
    return asked


def measure(
    account: str, address: str, parameters: dict[str, str]
) -> tuple[int, float, float, list[str]]:
    """Queries, milliseconds by the clock and of work, and what is read through."""
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(User.objects.get(username=account))
    client.get(address, parameters)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address, parameters)
    # The next request forgets them.
    statements = [query["sql"] for query in queries.captured_queries]
    if answer.status_code != 200:
        raise RuntimeError(f"{address} {parameters}: {answer.status_code}")
    clock, work = [], []
    for _ in range(REPEATS):
        began, worked = time.perf_counter(), time.process_time()
        client.get(address, parameters)
        clock.append((time.perf_counter() - began) * 1000)
        work.append((time.process_time() - worked) * 1000)
    through = sorted(read_through(statements, LARGE, many=MANY))
    return len(statements), statistics.median(clock), statistics.median(work), through


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stories", type=int, default=100_000)
    stories = parser.parse_args().stories
    print(report.where(report.machine()))
    if IS_KEPT:
        stories = Article.objects.count()
        print(f"{stories} stories, kept")
    else:
        begin = time.monotonic()
        call_command("migrate", verbosity=0)
        corpus.fill(stories, lambda said: print(f"\r{said} stories", end="", flush=True))
        print(f"\rfilled with {stories} stories in {time.monotonic() - begin:.0f} s")
    print(f"\n{'':34} queries   clock ms   work ms   reads through")
    wrong = 0
    for name, account, address, parameters in pages():
        count, clock, work, through = measure(account, address, parameters)
        wrong += count > MAX_QUERIES
        print(f"{name:34} {count:7} {clock:10.1f} {work:9.1f}   {', '.join(through)}", flush=True)
    print(f"\n{wrong} of the pages took more than {MAX_QUERIES} queries")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
