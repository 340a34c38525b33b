"""A client of the Jobsync job manager.

with Client("http://127.0.0.1:9950") as jobs:
    print(jobs.run("add_host", file="prunus_persica.fa").result)
"""

from .aio import AsyncClient
from .blocking import BlockingData, BlockingView, Client
from .data import AsyncData, Export, Record
from .detail import Detail, Log, Output, Queue, Status
from .errors import (
    BadArguments,
    BadState,
    CallError,
    Conflict,
    ConnectionLost,
    Draining,
    Forbidden,
    JobFailed,
    JobsyncError,
    NotFound,
    RateLimited,
    Refused,
    Unauthenticated,
    Unavailable,
)
from .job import FINAL, Job, State
from .replica import Changed, Lost, Removed, Replica, Synced, Update
from .views import Updates, View

__version__ = "0.1.0"

__all__ = [
    "FINAL",
    "AsyncClient",
    "AsyncData",
    "BadArguments",
    "BadState",
    "BlockingData",
    "BlockingView",
    "CallError",
    "Changed",
    "Client",
    "Conflict",
    "ConnectionLost",
    "Detail",
    "Draining",
    "Export",
    "Forbidden",
    "Job",
    "JobFailed",
    "JobsyncError",
    "Log",
    "Lost",
    "NotFound",
    "Output",
    "Queue",
    "RateLimited",
    "Record",
    "Refused",
    "Removed",
    "Replica",
    "State",
    "Status",
    "Synced",
    "Unauthenticated",
    "Unavailable",
    "Update",
    "Updates",
    "View",
]
