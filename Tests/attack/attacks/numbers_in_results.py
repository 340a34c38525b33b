"""Results of jobs that hold numbers at which arithmetic breaks."""

from __future__ import annotations

from arena import Arena
from catalogue import attack
from corners import NO_NUMBERS, corner_numbers


@attack("numbers-in-results", "A1", "corner numbers in a task's result", tasks=["resulting.yaml"])
def numbers_in_results(arena: Arena) -> None:
    """A worker must not die of what its task wrote."""
    numbers = corner_numbers(arena.random, arena.count(40, 0)) + NO_NUMBERS
    # numpy's NaT among them: the least number of 64 bits.
    chosen = ["-9223372036854775808", "-9223372036854775809", "1e400", "NaN"]
    chosen += arena.random.sample(numbers, arena.count(60, 4))
    socket = arena.connect()
    texts = [f'{{"a": {number}, "b": [{number}]}}' for number in chosen]
    texts.append('{"a": ' + "[" * 200 + "]" * 200 + "}")
    jobs = [
        {"task": "resulting", "job_id": f"result-{index}", "args": {"text": text}}
        for index, text in enumerate(texts)
    ]
    ids = arena.make_jobs(socket, jobs)
    # A result that is no JSON may end its job in error, but by a word of its worker.
    arena.may_fail.update(ids)
    arena.wait_for_ends(ids, 60)
    for id, text in zip(ids, texts, strict=True):
        job = arena.call(socket, "jobs.detail", _id=id)["job"]
        last = job["status"][-1]
        if last["state"] not in ("complete", "error"):
            arena.lose(f"a job with the result {text[:60]} never ended")
        elif last["error"] and last["error"]["cause"] in ("signal", "lost"):
            arena.lose(f"the worker died of the result {text[:60]}: {last['error']['message']}")
