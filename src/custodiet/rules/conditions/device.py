"""The judge of what a device says of itself: battery, tampering, faults, and a press for help.

A low battery is a matter of service: the wearer is warned, and nothing is held against them (R67). One sensor that
speaks of tampering proves nothing: only two different ones near in time bear each other out, and a removal that was
booked is never one (R66, R79). A faulty device speaks against nobody: it is replaced, and what it raised is weakened.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from custodiet.model.condition import Interval
from custodiet.model.decision import Decision
from custodiet.model.finding import DeviceWatch, Ended, Finding, Matter, Raised, Seen, Weakened, Weight, Why
from custodiet.model.judging import Judging
from custodiet.model.mode import Kind
from custodiet.model.report import Alarm, DeviceSays
from custodiet.model.times import to_ms
from custodiet.rules.alerts import rests_within
from custodiet.rules.conditions.naming import alert_id

_TAMPER = {Alarm.STRAP: "strap", Alarm.CASE: "case", Alarm.RADIO: "radio"}
"""Each kind of alarm is a sensor of its own."""
_ALWAYS = frozenset({Alarm.POWER, Alarm.HELP})
_LOW_IN_A_ROW = 2


@dataclass(frozen=True, slots=True)
class DeviceVerdict:
    """What one report of a device about itself changed."""

    watch: DeviceWatch
    findings: tuple[Finding, ...] = ()
    faulty: bool = False


def words_admitted(decision: Decision, says: DeviceSays) -> DeviceSays:
    """What a mode admits of a device's words: its sensors only where it admits events; that it lives, and that the
    wearer asks for help, always.
    """
    if Kind.EVENT in decision.rung.admits or not says.alarms:
        return says
    return DeviceSays(says.battery_percent, says.charging, says.alarms & _ALWAYS)


def is_nothing_new(watch: DeviceWatch | None, says: DeviceSays, settings: Judging) -> bool:
    """Whether these words can change nothing: no alarm, a battery that is fine, and none was low before."""
    if says.alarms or (watch is not None and (watch.battery_low or watch.battery_alert is not None)):
        return False
    percent = says.battery_percent
    return percent is None or bool(says.charging) or percent > settings.battery_low_percent


def judge_device(
    decision: Decision,
    watch: DeviceWatch,
    says: DeviceSays,
    at: datetime,
    settings: Judging,
    removals: Iterable[Interval],
) -> DeviceVerdict:
    """Judge one report, said at `at`. `removals`: when the device may be off, as it was booked until now."""
    says, booked = words_admitted(decision, says), tuple(removals)
    verdict = _fault(decision, _without_booked(DeviceVerdict(watch), booked), says, at)
    if not any(one.covers(at) for one in booked) and verdict.watch.fault_alert is None:
        verdict = _tamper(decision, verdict, says, at, settings)
    return _help(decision, _battery(decision, verdict, says, at, settings), says, at, settings)


def _without_booked(verdict: DeviceVerdict, booked: Sequence[Interval]) -> DeviceVerdict:
    """A removal may be booked afterwards: what was raised in it speaks no more, and so does not stand for what still
    goes on.
    """
    watch = verdict.watch
    began, confirmed = watch.tamper_began_at, watch.tamper_confirmed_at
    if watch.tamper_alert is None or began is None or confirmed is None:
        return verdict
    if not any(rests_within(began, confirmed, one) for one in booked):
        return verdict
    over = Ended(watch.tamper_alert, confirmed)
    watch = replace(watch, tamper_alert=None, tamper_began_at=None, tamper_confirmed_at=None)
    # Of several sensors nobody knows any more which of them spoke last.
    if len(watch.tamper_sensors) > 1 or any(one.covers(watch.tamper_at or confirmed) for one in booked):
        watch = replace(watch, tamper_at=None, tamper_sensors=())
    return replace(verdict, watch=watch, findings=(*verdict.findings, over))


def _battery(
    decision: Decision, verdict: DeviceVerdict, says: DeviceSays, at: datetime, settings: Judging
) -> DeviceVerdict:
    watch, percent = verdict.watch, says.battery_percent
    if watch.battery_alert is not None:
        if says.charging or (percent is not None and percent >= settings.battery_fine_percent):
            over = Ended(watch.battery_alert, at)
            watch = replace(watch, battery_alert=None, battery_low=0)
            return replace(verdict, watch=watch, findings=(*verdict.findings, over))
        return verdict
    warns = Alarm.POWER in says.alarms
    if percent is None and not warns:
        return verdict
    if says.charging or (percent is not None and percent > settings.battery_low_percent and not warns):
        return replace(verdict, watch=replace(watch, battery_low=0)) if watch.battery_low else verdict
    if watch.battery_at is not None and at <= watch.battery_at:
        return verdict
    # A level may be misread once; a device that warns has made up its mind.
    low = _LOW_IN_A_ROW if warns else watch.battery_low + 1
    watch = replace(watch, battery_low=low, battery_at=at)
    if low < _LOW_IN_A_ROW:
        return replace(verdict, watch=watch)
    raised = _raised(decision, watch, Matter.BATTERY, Weight.SERVICE, at, at, low)
    watch = replace(watch, battery_alert=raised.alert_id, raised=watch.raised + 1)
    return replace(verdict, watch=watch, findings=(*verdict.findings, raised))


def _help(
    decision: Decision, verdict: DeviceVerdict, says: DeviceSays, at: datetime, settings: Judging
) -> DeviceVerdict:
    """Someone asked for help: told once for presses near in time, and over as soon as it is told."""
    watch = verdict.watch
    if Alarm.HELP not in says.alarms:
        return verdict
    before, within = watch.help_at, timedelta(seconds=settings.tamper_within_s)
    watch = replace(watch, help_at=at if before is None else max(at, before))
    if before is not None and abs(at - before) <= within:
        return replace(verdict, watch=watch)
    raised = _raised(decision, watch, Matter.HELP, Weight.SERVICE, at, at, 1)
    watch = replace(watch, raised=watch.raised + 1)
    return replace(verdict, watch=watch, findings=(*verdict.findings, raised, Ended(raised.alert_id, at)))


def _tamper(
    decision: Decision, verdict: DeviceVerdict, says: DeviceSays, at: datetime, settings: Judging
) -> DeviceVerdict:
    sensors = {_TAMPER[alarm] for alarm in says.alarms if alarm in _TAMPER}
    watch = verdict.watch
    if not sensors:
        return verdict
    within = timedelta(seconds=settings.tamper_within_s)
    same = watch.decision_id in (None, decision.id)
    recent = same and watch.tamper_at is not None and abs(at - watch.tamper_at) <= within
    together = tuple(sorted({*(watch.tamper_sensors if recent else ()), *sensors}))
    if same and watch.tamper_at is not None and at < watch.tamper_at - within:
        # What comes so late bears nothing out, and moves nothing of what was said since.
        late = _raised(decision, watch, Matter.TAMPER, Weight.UNCERTAIN, at, at, len(sensors))
        return replace(verdict, watch=replace(watch, raised=watch.raised + 1), findings=(*verdict.findings, late))
    spoke = at if watch.tamper_at is None else max(at, watch.tamper_at)
    began = min(at, watch.tamper_at) if recent and watch.tamper_at is not None else at
    weight = Weight.ADVERSE if len(together) > 1 else Weight.UNCERTAIN
    findings = verdict.findings
    if recent and watch.tamper_alert is not None and together == watch.tamper_sensors:
        return replace(verdict, watch=replace(watch, tamper_at=spoke))  # it goes on: one alert for one matter
    if watch.tamper_alert is not None:
        findings = (*findings, Ended(watch.tamper_alert, spoke))
    raised = _raised(decision, watch, Matter.TAMPER, weight, began, spoke if recent else at, len(together))
    watch = replace(
        watch,
        tamper_at=spoke,
        tamper_sensors=together,
        tamper_alert=raised.alert_id,
        tamper_began_at=raised.began_at,
        tamper_confirmed_at=raised.confirmed_at,
        decision_id=decision.id,
        raised=watch.raised + 1,
    )
    return replace(verdict, watch=watch, findings=(*findings, raised))


def _fault(decision: Decision, verdict: DeviceVerdict, says: DeviceSays, at: datetime) -> DeviceVerdict:
    watch = verdict.watch
    if Alarm.FAULT not in says.alarms or watch.fault_alert is not None:
        return verdict
    raised = _raised(decision, watch, Matter.DEVICE_FAULT, Weight.SERVICE, at, at, 1)
    findings: tuple[Finding, ...] = (*verdict.findings, raised)
    if watch.tamper_alert is not None:
        findings = (*findings, Weakened(watch.tamper_alert, at, Why.FAULTY_DEVICE))
    watch = replace(watch, fault_alert=raised.alert_id, tamper_alert=None, raised=watch.raised + 1)
    return replace(verdict, watch=watch, findings=findings, faulty=True)


def _raised(
    decision: Decision,
    watch: DeviceWatch,
    matter: Matter,
    weight: Weight,
    began: datetime,
    at: datetime,
    times: int,
) -> Raised:
    return Raised(
        alert_id=alert_id(watch.fitting_id, matter, weight, to_ms(at), watch.raised),
        case_id=decision.case_id,
        decision_id=decision.id,
        fitting_id=watch.fitting_id,
        condition_id=None,
        matter=matter,
        weight=weight,
        began_at=began,
        confirmed_at=at,
        raised_at=at,
        seen=Seen(fixes=times),
    )
