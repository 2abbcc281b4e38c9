"""`docs/reliability.md` from the summary of a chaos run: it states what was run, never more."""

import platform
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.kafka.jars import VERSION

PAGE = Path("docs/reliability.md")
SPREAD = "a spread dedup"
SPREAD_HEAD = """## Faults of a spread dedup

Five roles in nine processes ([scaling.md](scaling.md#live)) do what dedup does; those of a role keep their
images in one folder. *Records* are those of `relations` and `clusters`, *states* those of `dedup-state`, held
against what one process makes of the same articles, and the articles against an undisturbed replay. Who joins
is one more process of a role, which leaves again; two of range come at once, so that all ranges are shared
out among twice as many, and back.
"""
HEAD = """# What was done to it, and what came out

This page is written by `python -m tests.kafka.chaos --write` from what a run measured. Ingest, two dedup
workers and enrich run as processes of their own over a real Apache Kafka, play a recording of invented
articles, and are harmed meanwhile; a supervisor starts again what died. Then the compacted `stories` and
the `read_committed` log of `story-changes` are held, record by record, against an undisturbed replay of the
same recording on the embedded log. *Lost* counts changes that are missing, *doubled* those that are there
more than once, *strange* those the undisturbed run does not have, *wrong* stories that differ in the
table. A short form of the trials with killed workers and poison runs in `make test`, of the others in
`make prove`.
"""
LIMITS = """
## What is not promised

- A reader that is not told `isolation.level=read_committed` sees what was aborted, and so sees records twice.
- aiokafka speaks version 0 of the transaction requests: no KIP-447, KIP-890 or KIP-360. Zombies are fenced by
  one transactional producer per number, which is opened before offsets are read. A commit whose answer comes
  late or never is looked into through a new producer; while the broker does not answer either, the publish
  stays unknown for up to `settle_s`, and then the task starts again from what is committed.
- A transaction that was open when its worker died holds `read_committed` readers of its topics back until the
  worker's heir opens its writer, at most 30 s (`transaction_s`). Nothing is lost or doubled by it, but late.
- SIGKILL of a broker leaves its page cache in place, so this is no test of the disk. A newsroom should run
  three brokers with `min.insync.replicas=2`; on one broker, power failure may lose what it had acknowledged.
- A partition stands still where a dead letter cannot be written, or where most of its input is unusable:
  nothing of it is committed, the others go on, and it is tried again every `bus.halt_s` seconds. Input that
  is to go to the dead letters in masses must be let through by hand (`bus.dead_run`, `bus.dead_share`).
- Input read again from the start leaves every table as it was; the log of `story-changes` then holds the
  changes once more, each with the id it had (the row above counts them as doubled).
- Kafka compacts without asking who has read: an enrich that is behind for longer than `min.compaction.lag.ms`
  of `clusters` (7 days) misses steps of stories, though not their last state. The embedded log waits for it.
- The worker asked to stop while there is no broker may be one that was started again and still waits
  for the broker; memory is what the processes held at the end of the outage, no proof over days.
- A process that stood still for longer than its session ends with exit code 5 and must be started again.
  On an overloaded machine with a short session (2 s in these trials) it happens without anybody freezing it.
- Rebalances are eager (aiokafka knows no other): while one is under way, nothing new is fetched.
- At-least-once is no mode of Newsfold: the measurement replaces its writer by one without transactions.
"""


def versions() -> dict[str, str]:
    return {
        "Apache Kafka": VERSION,
        "aiokafka": version("aiokafka"),
        "Python": platform.python_version(),
        "Newsfold": version("newsfold"),
    }


def page(summary: dict[str, Any], full: dict[str, Any], speed: dict[str, Any] | None) -> str:
    """`full`: what `make chaos` asks for. `speed`: the summary of `throughput.py`, if it was run."""
    named = ", ".join(f"{name} {number}" for name, number in summary["versions"].items())
    lines = [HEAD, f"- **Date:** {summary['date']}", f"- **Versions:** {named}"]
    lines += [
        f"- **Command:** `{summary['command'].strip()}`",
        *_less(summary["asked"], full),
        "",
        *_parts(summary["trials"]),
    ]
    return "\n".join([*lines, *_speed(speed), LIMITS])


def _less(asked: dict[str, Any], full: dict[str, Any]) -> list[str]:
    sizes = [name for name, most in full.items() if type(most) is int and name != "patience"]
    less = [f"{name} {asked[name]} of {full[name]}" for name in sizes if asked[name] < full[name]]
    less += [f"the trials of {asked['only']} alone"] if asked["only"] else []
    told = ", ".join(less)
    return [f"- **Less than `make chaos` does:** {told}. The full form has not been run."] if less else []


def _parts(trials: list[dict[str, Any]]) -> Iterator[str]:
    for play, head, counted in (
        ("", "## Faults\n", "changes | stories"),
        (SPREAD, f"\n{SPREAD_HEAD}", "records | states"),
    ):
        if some := [trial for trial in trials if trial["play"] == play]:
            yield head
            yield f"| fault | done | {counted} | lost | doubled | strange | out of order | wrong | same |"
            yield "|---" * 10 + "|"
            yield from map(_row, some)


def _row(trial: dict[str, Any]) -> str:
    done = [f"{what}: {number:g}" for what, number in trial.get("did", {}).items()]
    ended = len(trial["exits"])
    done += [f"processes that ended by themselves and were started again: {ended}"] if ended else []
    found = list(trial.get("found", dict.fromkeys(range(7), "–")).values())
    otherwise = f"**no** {trial.get('error', '')}".strip() if trial["promised"] else "no, nor promised"
    verdict = "yes" if trial["same"] else otherwise
    return "| " + " | ".join([trial["fault"], "; ".join(done) or "–", *map(str, found), verdict]) + " |"


def _speed(told: dict[str, Any] | None) -> list[str]:
    if told is None:
        return []
    articles, seconds = told["articles"], told["seconds"]
    first = next(iter(seconds.values()))
    about = (
        f"{told['date']}, `{told['command']}`: {articles} articles as fast as they go, from the start of the "
        f"processes to the last story; the median of {told['rounds']} rounds, the ways in turn."
    )
    rows = (
        f"| {way} | {took:g} | {articles / took:.0f} | {first / took:.2f} |" for way, took in seconds.items()
    )
    head = "| log | seconds | articles a second | times the embedded log |"
    return ["", "## Throughput", "", about, "", head, "|---|---|---|---|", *rows]
