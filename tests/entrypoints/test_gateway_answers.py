"""What a batch is answered with and counted as, where nearly all of its answers are one object and some are not."""

from custodiet.entrypoints.gateway.answers import of_lines
from custodiet.entrypoints.gateway.metrics import Metrics
from custodiet.model.report import Answer, Outcome, Reason

KEPT, ENDED = Answer(Outcome.KEPT), Answer(Outcome.REFUSED, (Reason.ENDED,))
MIXED = [KEPT, ENDED, KEPT, Answer(Outcome.KEPT), Answer(Outcome.DUPLICATE)]


def test_each_line_of_a_batch_has_its_own_answer_in_its_place():
    kept, ended = b'{"outcome":"kept"}\n', b'{"outcome":"refused","reason":"ended"}\n'
    assert of_lines(MIXED).body == kept + ended + kept + kept + b'{"outcome":"duplicate"}\n'
    assert of_lines([KEPT] * 3).body == kept * 3
    assert of_lines([ENDED] * 2).body == ended * 2


def test_each_report_is_counted_by_what_its_sender_reads():
    metrics = Metrics()
    for _ in range(2):
        metrics.answered(MIXED)
    counted = [line for line in metrics.page().decode().splitlines() if line.startswith("custodiet_reports_total")]
    assert sorted(counted) == [
        'custodiet_reports_total{outcome="duplicate",reason=""} 2.0',
        'custodiet_reports_total{outcome="kept",reason=""} 6.0',
        'custodiet_reports_total{outcome="refused",reason="ended"} 2.0',
    ]
