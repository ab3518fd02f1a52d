"""What the notebook on ids counts is so: UUIDs as RFC 9562 has them, pages as PostgreSQL splits them, a box that decodes and refuses."""

from __future__ import annotations

import uuid

import pytest

from reference.contracts import ids as ids_contract
from reference.lab import id_kinds
from reference.lab import id_lessons as lessons
from reference.lab.id_box import IdBox, as_html, as_text, decoded
from reference.lab.index_pages import IndexPages, pages_touched
from reference.twitter.backend import connect
from reference.twitter.clock import ManualClock
from reference.twitter.ids import DISCORD, INSTAGRAM, TWITTER, SnowflakeGenerator, SnowflakeLayout

POSTS = id_kinds.arrivals(20_000, 90)
KINDS = id_kinds.all_kinds(POSTS)
REAL = 1541815603606036480  # by @Wikipedia, 28 June 2022, 16:07:40 UTC


def test_uuids_bear_the_version_and_the_time_that_the_library_reads() -> None:
    for version in (1, 4, 7):
        parsed = [uuid.UUID(int=key) for key in KINDS[f"UUIDv{version}"][:50]]
        assert {each.version for each in parsed} == {version} and {each.variant for each in parsed} == {uuid.RFC_4122}
    first = uuid.UUID(int=KINDS["UUIDv1"][0])
    assert (first.time // 10 + id_kinds.UUID_EPOCH_MS * 1000, first.node) == (POSTS.by_clock_us[0], POSTS.worker[0])
    assert KINDS["UUIDv7"][0] >> 80 == POSTS.by_clock_ms[0]


def test_every_kind_names_every_tweet_once() -> None:
    assert {kind: lessons.repeats(keys) for kind, keys in KINDS.items()} == dict.fromkeys(id_kinds.BYTES, 0)


def test_time_first_ids_sort_as_they_arrive_and_random_ones_do_not() -> None:
    wrong = {kind: id_kinds.pairs_out_of_order_percent(keys) for kind, keys in KINDS.items()}
    assert wrong["auto-increment"] == 0 and wrong["Snowflake"] < 0.1 > wrong["UUIDv7"] and 49 < wrong["UUIDv4"] < 51


def test_neighbours_of_a_busy_service_are_out_of_order_as_often_as_clocks_disagree() -> None:
    rates = [id_kinds.neighbours_out_of_order_percent(id_kinds.snowflakes(id_kinds.arrivals(20_000, per_s))) for per_s in (1, 90, 5_787)]
    assert rates == sorted(rates) and rates[0] < 2 and rates[2] > 40
    agreed = id_kinds.snowflakes(id_kinds.arrivals(20_000, 90, workers=1, clock_error_ms=0))
    assert id_kinds.neighbours_out_of_order_percent(agreed) == 0


def test_a_page_splits_only_when_it_is_full_and_loses_no_key() -> None:
    index = IndexPages(8)
    assert index.keys_per_page == 407  # 366 at 90 %: what PostgreSQL's users know as a full page of BIGINTs
    assert index.touched_by(range(407)) == 1 and index.splits == 0
    assert index.touched_by([407]) == 2 and index.splits == 1 and len(index) == 2


def test_growing_keys_touch_few_pages_and_random_ones_most() -> None:
    _, growing = pages_touched(KINDS["Snowflake"], 8)
    index, random = pages_touched(KINDS["UUIDv4"], 16)
    assert max(growing) <= 5 and random[-1] > len(index) * 0.9


@pytest.fixture(scope="module")
def of_the_notebook() -> dict[str, list[int]]:
    return id_kinds.all_kinds(id_kinds.arrivals(100_000, 90))


@pytest.mark.parametrize("kind", id_kinds.BYTES)
def test_the_pages_are_those_that_postgresql_makes(kind: str, of_the_notebook: dict[str, list[int]], postgres_url: str) -> None:
    import psycopg

    column, text = ("uuid", lambda key: str(uuid.UUID(int=key))) if id_kinds.BYTES[kind] == 16 else ("bigint", str)
    keys = of_the_notebook[kind]
    index, _ = pages_touched(keys, id_kinds.BYTES[kind])
    with psycopg.connect(postgres_url.replace("+psycopg", "")) as connection:
        connection.execute(f"CREATE TEMP TABLE lesson (id {column} PRIMARY KEY)")
        with connection.cursor().copy("COPY lesson FROM STDIN") as copy:
            copy.write("".join(f"{text(key)}\n" for key in keys))
        real = connection.execute("SELECT pg_relation_size('lesson_pkey') / 8192").fetchone()
    assert real is not None and len(index) == pytest.approx(real[0], rel=0.02)  # the notebook says so


def test_one_counter_costs_a_round_trip_for_each_id_and_a_lease_does_not() -> None:
    trips = id_kinds.round_trips_for(1000, connect("fakeredis://"))
    assert trips["auto-increment"] == 1000 and 0 < trips["Snowflake"] < 20


def test_the_published_generators_break_the_laws_that_the_notebook_says() -> None:
    of_c = ids_contract.check(lessons.PublishedC)
    of_e = ids_contract.check(lessons.PublishedE, epoch_ms=lessons.EPOCH_OF_E_MS)
    assert "threads never get the same id or an error" in of_c.failed
    assert {"no id repeats or falls when the clock steps back a little", "a worker id out of range is refused"} <= set(of_e.failed)
    assert "threads never get the same id or an error" not in of_e.failed


def test_a_step_back_repeats_the_ids_of_e_and_none_of_the_reference() -> None:
    steps = [0, *[1] * 9, -5, *[1] * 9]
    clock = ManualClock(1_768_219_200)
    assert lessons.repeats(lessons.drive(lessons.PublishedE(6, clock), clock, steps)) == 18
    clock = ManualClock(1_768_219_200)
    assert lessons.repeats(lessons.drive(SnowflakeGenerator(6, clock=clock), clock, steps)) == 0


def test_an_id_tells_when_and_where_it_was_born() -> None:
    assert decoded(str(REAL))["born"] == "Tuesday 28 June 2022, 16:07:40.105 UTC"
    assert decoded(f"https://example.org/Wikipedia/status/{REAL}?s=20")["worker"] == "378 of 0 … 1023"
    assert decoded(f"https://example.org/Wikipedia/status/{REAL}/photo/1")["worker"] == "378 of 0 … 1023"
    assert decoded("175928847299117063", DISCORD)["born"].startswith("Saturday 30 April 2016, 11:18:25.796")


@pytest.mark.parametrize(
    ("text", "reason"), [("20", "pre-Snowflake"), ("0", "id 0"), ("-5", "negative"), ("hello", "not a whole number"), ("9" * 30, "63 bits")]
)
def test_what_is_no_snowflake_is_refused_with_the_reason(text: str, reason: str) -> None:
    assert reason in decoded(text)["refused"] and reason in as_text(text)


def test_the_bits_are_shown_once_each_in_their_fields() -> None:
    shown = as_html(str(REAL))
    assert "time 41 · worker 10 · sequence 12 bits" in shown and format(TWITTER.decode(REAL).worker_id, "010b") in shown


def test_the_box_decodes_what_is_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    box = IdBox(str(REAL))
    assert "2022" in box.answer.value
    box.field.value = "20"
    assert "pre-Snowflake" in box.answer.value
    box.kind.value, box.field.value = "Discord", "175928847299117063"
    assert "April 2016" in box.answer.value
    box.field.value = "<b>1</b>"
    assert "<b>1" not in box.answer.value


def test_a_split_of_the_bits_says_what_it_buys() -> None:
    assert lessons.split_title(TWITTER) == "Time until 2080, 1,024 workers, 4,096,000 ids per second each"
    assert "1 worker, " in lessons.split_title(SnowflakeLayout(41, 0, 22))
    assert [trace.x[0] for trace in lessons.draw_split(TWITTER).data] == [41, 10, 12]


def test_a_row_of_a_layout_tells_when_a_bigint_is_full() -> None:
    row = lessons.layout_row(INSTAGRAM)
    assert (row["worker"], row["last year"], row["last year in a BIGINT"]) == (13, "2081", "2046")


def test_ids_are_written_as_a_log_shows_them() -> None:
    shown = id_kinds.samples(KINDS, first=10)
    assert len(shown.loc["Snowflake"].iloc[0]) == 19 and len(shown.loc["UUIDv7"].iloc[0]) == 36
