"""What bench/soak.py found: is it as it should be, and docs/soak.md."""

from __future__ import annotations

from typing import Any


def verdict(result: dict[str, Any]) -> list[str]:
    """What is not as it should be."""
    problems = [f"{len(result[name])} {name}: {result[name][:3]}" for name in ("lost", "doubled", "wrong") if result[name]]
    problems += [f"status {s}" for s in result["statuses"] if s not in ("200", "400", "413", "429")]
    problems += [f"a worker grew from {row['early']:.0f} to {row['late']:.0f} MB" for row in result["memory"] if row["late"] > row["early"] * 1.1 + 10]
    if not result["memory"]:
        problems.append("no memory was measured")
    if result["audit"]["missing"] or result["audit"]["chain"]:
        problems.append(f"audit: {result['audit']}")
    return problems


def page(result: dict[str, Any], problems: list[str]) -> str:
    """docs/soak.md"""
    latency = lambda q: f"{q['p50']:.0f} / {q['p95']:.0f} / {q['p99']:.0f} / {q['max']:.0f} ms ({q['n']})"  # noqa: E731
    faults = "\n".join(f"| {f['at'] // 60}:{f['at'] % 60:02d} | {f['fault']} | {f['seconds']:.0f} s |" for f in result["faults"])
    memory = "\n".join(f"| {n} | {r['minutes']} | {r['early']:.0f} | {r['middle']:.0f} | {r['late']:.0f} |" for n, r in enumerate(result["memory"], 1))
    audit = result["audit"]
    return f"""# Soak

`python bench/soak.py --rate {result['rate']:g} --write` on {result['date']}: the production profile (two Rasa workers, two action servers, PostgreSQL, Redis, RabbitMQ) on one machine with two cores, which other work shared. The run is written here by the program, whatever came out.

**{result['minutes']} minutes, {result['messages']} messages in {result['conversations']} conversations.** {'Nothing was lost, doubled or wrong, and memory stayed flat.' if not problems else 'Not as it should be: ' + '; '.join(problems)}

| | |
|---|---|
| messages by kind | {', '.join(f'{k} {v}' for k, v in sorted(result['kinds'].items()))} |
| HTTP status | {', '.join(f'{k}: {v}' for k, v in sorted(result['statuses'].items()))} (400 and 413 are the malformed ones) |
| lost answers, doubled messages | {len(result['lost'])}, {len(result['doubled'])} |
| unexpected answers | {len(result['wrong'])} |
| p50 / p95 / p99 / max, outside faults | {latency(result['calm'])} |
| p50 / p95 / p99 / max, all | {latency(result['all'])} |
| audit lines written, delivered, delivered twice, missing | {audit['lines']}, {audit['delivered']}, {audit['repeated']}, {len(audit['missing'])} |
| audit chain | {'whole' if not audit['chain'] else audit['chain'][0]} |
| conversation events taken from the queue | {result['events']} |

Every message carries a number that the tracker stores: one that was answered and is not in the database at the end is lost, one that is there twice is doubled.

## Faults

| at | fault | lasted |
|---|---|---|
{faults}

A database that is away is bridged in memory and written when it is back; action servers that are away or slow are stood in for; RabbitMQ that stands still makes audit lines wait on disk.

## Memory of the workers, MB

Means over a worker's life: 20–35 %, 50–65 % and the last 15 % of it.

| worker | minutes | early | middle | late |
|---|---|---|---|---|
{memory}
"""
