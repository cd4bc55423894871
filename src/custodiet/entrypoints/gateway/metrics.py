"""What the gateway counts of itself. Labels are words of closed lists: nothing here can name or place anyone."""

from collections import Counter as Counted
from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, disable_created_metrics, generate_latest

from custodiet.model.report import Answer

disable_created_metrics()  # type: ignore[no-untyped-call]


class Metrics:
    """One gateway's counts since it started. Safe from any thread."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._reports = Counter(
            "custodiet_reports",
            "Reports answered, by outcome and reason.",
            ["outcome", "reason"],
            registry=self._registry,
        )
        self._requests = Counter(
            "custodiet_requests", "Requests answered, by HTTP status.", ["status"], registry=self._registry
        )
        self._requests_of: dict[int, Counter] = {}
        """By status, since finding one by its label takes longer than counting."""
        self._commits = Counter("custodiet_commits", "Transactions that kept something.", registry=self._registry)
        self._waiting = Gauge(
            "custodiet_waiting_reports", "Reports taken in and not yet durable.", registry=self._registry
        )

    def answered(self, answers: list[Answer]) -> None:
        """Count reports. Of several reasons, the one the sender reads."""
        # Nearly all are one and the same object: by that they are counted sooner than by what they say.
        each = {id(answer): answer for answer in answers}
        for which, count in Counted(map(id, answers)).items():
            answer = each[which]
            self._reports.labels(answer.outcome.value, answer.shown.value if answer.shown else "").inc(count)

    def responded(self, status: int) -> None:
        """Count a request."""
        counter = self._requests_of.get(status)
        if counter is None:
            counter = self._requests_of[status] = self._requests.labels(str(status))
        counter.inc()

    def committed(self) -> None:
        """Count a transaction."""
        self._commits.inc()

    def waiting(self, reports: Callable[[], int]) -> None:
        """Whom to ask how many reports wait, when somebody wants to know."""
        self._waiting.set_function(reports)

    def page(self) -> bytes:
        """Prometheus' text format."""
        return generate_latest(self._registry)
