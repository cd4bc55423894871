"""How uncertain fixes are judged: settings of a scheme, recorded with it and in its DPIA.

A change of any of these changes who is accused of what; none is a technical detail.
"""

from dataclasses import dataclass, replace

from custodiet.model.errors import IllegalValue

SILENCE_MIN_S = 3600
"""No scheme takes less for a silence."""


@dataclass(frozen=True, slots=True)
class Judging:
    """Metres, seconds and counts. Every default errs on the person's side."""

    fixes: int = 3
    """How many usable fixes in a row it takes to confirm (R64: k)."""
    lasting_s: int = 120
    """From the first of them to the last, at least (R64: t)."""
    buffer_m: float = 0.0
    """How far beyond the edge the whole disc must lie before a fix counts against the person."""
    disc_scale: float = 1.6
    """From the device's radius (about two fixes in three) to the disc we judge by (about 19 in 20): for a circular
    normal error the two radii are 1.51 and 2.45 standard deviations."""
    accuracy_min_m: float = 5.0
    """No device is better than this, whatever it says."""
    accuracy_max_m: float = 150.0
    """A fix whose radius is larger says nothing against anyone."""
    speed_max_mps: float = 70.0
    """Nobody moves faster: a fix that says so is suspect."""
    jump_within_s: int = 600
    """How long the fix before counts as the place a jump is measured from."""
    moving_mps: float = 0.8
    """From this measured speed on a device counts as carried by someone who walks."""
    driving_mps: float = 5.0
    """From this speed on a place may be reached between two fixes without a fix on the way."""
    moved_within_s: int = 600
    """How shortly before a run the device must have been moving for the run to be one of someone who went there."""
    unmoved_fixes: int = 6
    unmoved_lasting_s: int = 300
    """A place that changed without any motion is most often a reflection: it takes so many fixes, over so long."""
    unmoved_long_s: int = 480
    """Or so long with the fewest fixes."""
    apart_max_s: int = 3600
    """A fix that comes later than this after the one before it begins a run anew."""
    doubt_lasting_s: int = 1800
    """How long it must look as if, without certainty, before someone is asked to ring."""
    back_fixes: int = 2
    """How many usable fixes in a row it takes to say that it is over."""
    presence_holds_s: int = 900
    """How long a home unit's word holds when it says nothing more."""
    presence_out_s: int = 300
    """How long someone must be out of a home unit's reach, by two words at least, before a human looks."""
    unanswered_s: int = 1800
    """How long after a curfew began without any fix someone is asked to ring."""
    battery_low_percent: float = 20.0
    battery_fine_percent: float = 30.0
    tamper_within_s: int = 600
    """How near in time two different sensors must speak to bear each other out."""
    silence_s: int = 24 * 3600
    """Silence that raises a task for the controller (R13: N hours)."""
    silence_ends_s: int = 7 * 24 * 3600
    """Silence that suspends the decision (R13: M days)."""
    enquiry_s: int = 3 * 24 * 3600
    """How long the person has to answer an enquiry before anything may be decided without their reply."""
    zone_test_s: int = 0
    """How long a decision's zones are in test from its start: meanwhile what lies wrong only asks someone to ring. 0 in
    schemes of before there was such a time."""

    def __post_init__(self) -> None:
        if self.fixes < 3 or self.lasting_s < 120 or self.back_fixes < 1:
            raise IllegalValue("nobody is accused on fewer than three fixes or in less than two minutes")
        if self.buffer_m < 0 or self.disc_scale < 1 or not 0 < self.accuracy_min_m <= self.accuracy_max_m:
            raise IllegalValue("a disc is never smaller than the device says")
        if self.moved_within_s > self.jump_within_s:
            raise IllegalValue("nobody was moving before the place that a jump is measured from")
        if self.doubt_lasting_s < self.lasting_s or self.silence_ends_s < self.silence_s:
            raise IllegalValue("doubt lasts longer than certainty, and an end comes after its warning")
        spans = (self.jump_within_s, self.unanswered_s, self.tamper_within_s, self.presence_holds_s)
        if min(self.speed_max_mps, *spans) <= 0:
            raise IllegalValue("a span of judging is above zero")
        if self.zone_test_s < 0:
            raise IllegalValue("a zone is in test for no time or some")
        if self.silence_s < SILENCE_MIN_S:
            raise IllegalValue("less than an hour is no silence")
        if not 0 < self.battery_low_percent <= self.battery_fine_percent <= 100:
            raise IllegalValue("a battery is low before it is fine")


DEFAULTS = Judging()
FOR_NEW_SCHEMES = replace(DEFAULTS, zone_test_s=24 * 3600)
"""What a scheme is set up with: its zones have a day in test before they are live."""
