"""What a server has promised, and whether it is so after the power was gone."""

from __future__ import annotations

import pathlib
from collections.abc import Callable
from typing import Any

FINAL = {"complete", "error", "cancelled"}

Call = Callable[..., Any]


class Promises:
    """What was answered or pushed, one set for all cuts of a data folder."""

    def __init__(self, marks: pathlib.Path) -> None:
        self.marks = marks
        self.accepted: set[str] = set()
        self.ended: dict[str, str] = {}
        self.results: dict[str, Any] = {}
        self.own_end: set[str] = set()
        self.own_ends_known = 0
        self.records: dict[tuple[str, str], int] = {}
        self.removed: set[tuple[str, str]] = set()
        self.tried_to_remove: set[tuple[str, str]] = set()
        self.tried_to_cancel: set[str] = set()
        self.limit_answered = self.limit_tried = 0

    def broken(self, data: pathlib.Path, call: Call) -> list[str]:
        """Ask the server; return what is not as it was promised."""
        jobs = self._jobs(call)
        broken = [
            *self._broken_jobs(jobs),
            *self._broken_ends(jobs, call),
            *self._broken_records(data, call),
            *self._broken_limits(call),
        ]
        for id, job in jobs.items():
            if job["state"] in FINAL:
                self.ended.setdefault(id, job["state"])
        if not broken and not self._pending(jobs):
            # They are on the disk since the cut, and the next one cannot take them away.
            self.results.clear()
            self.own_ends_known += len(self.own_end)
            self.own_end.clear()
        return broken

    def are_pending(self, call: Call) -> bool:
        """Whether the server has not taken in yet what only journals tell."""
        return self._pending(self._jobs(call))

    def _pending(self, jobs: dict[str, dict[str, Any]]) -> bool:
        return any(jobs[id]["state"] not in FINAL for id in self.own_end & set(jobs))

    def settled(self, call: Call) -> bool:
        """Whether nothing is left to do."""
        jobs = self._jobs(call)
        return all(jobs[id]["state"] in FINAL for id in self.accepted if id in jobs)

    def ran_twice(self) -> list[str]:
        """Jobs of which more than one attempt left a mark."""
        return [
            f"{path.name} ran {count} times"
            for path in self.marks.iterdir()
            if (count := path.read_text().splitlines().count("begin")) > 1
        ]

    def _broken_jobs(self, jobs: dict[str, dict[str, Any]]) -> list[str]:
        return [f"{id} was accepted and is gone" for id in sorted(self.accepted - set(jobs))]

    def _broken_ends(self, jobs: dict[str, dict[str, Any]], call: Call) -> list[str]:
        broken = []
        for id, state in self.ended.items():
            if id in jobs and jobs[id]["state"] != state:
                broken.append(f"{id} was {state} and is {jobs[id]['state']}")
        for id, result in self.results.items():
            if id in jobs and call("jobs.detail", _id=id)["job"].get("result") != result:
                broken.append(f"the result of {id} is another one")
        for id in self.own_end & set(jobs):
            if jobs[id]["state"] == "error":
                why = f"{jobs[id]['state']}: {jobs[id].get('error')}"
                broken.append(f"{id} had ended well, and is {why}")
        return broken

    def _broken_records(self, data: pathlib.Path, call: Call) -> list[str]:
        broken = []
        for kind, folder in (("host", "hosts"), ("reference", "references")):
            listed = call("data.list", kind=kind, limit=1000)["records"]
            there = {record["_id"]: record for record in listed}
            for (each, id), size in self.records.items():
                if each != kind or (each, id) in self.tried_to_remove:
                    continue
                if id not in there:
                    broken.append(f"the {kind} {id} is gone")
                elif (now := size_of(data / folder / id)) != size:
                    broken.append(f"the files of the {kind} {id} have {now} bytes and had {size}")
            for each, id in self.removed:
                if each == kind and id in there:
                    broken.append(f"the {kind} {id} was removed and is back")
            for id, record in there.items():
                if not (data / folder / id / "record.json").is_file():
                    broken.append(f"the {kind} {id} is listed and has no record.json: {record}")
        return broken

    def _broken_limits(self, call: Call) -> list[str]:
        tasks = {task["name"]: task for task in call("tasks.list")["tasks"]}
        limit = tasks["add_host"]["limit"] or 0
        if not self.limit_answered <= limit <= self.limit_tried:
            return [f"the limit {self.limit_answered} became {limit}"]
        return []

    def _jobs(self, call: Call) -> dict[str, dict[str, Any]]:
        jobs: dict[str, dict[str, Any]] = {}
        after = None
        while True:
            page = call("jobs.find", limit=1000, **({"after": after} if after else {}))
            jobs |= {job["_id"]: job for job in page["jobs"]}
            after = page["after"]
            if not after:
                return jobs


def size_of(folder: pathlib.Path) -> int:
    """Bytes in all files of a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
