"""How far a worn device errs: every number about measurement noise stands here, each with where it is from.

Sources: NIJ is NIJ Standard 1004.00 for offender tracking (through a trade summary); PI is Privacy International's
complaint to the Forensic Science Regulator; ALERT is what the trade reports about its alerts; Zandbergen is his field
tests of positioning by phone (Transactions in GIS 13, 2009; Journal of Location Based Services 6, 2012); Wilson is
D. L. Wilson's autocorrelation of twenty days of GPS errors. "Assumption": we know no published figure.

Errors are correlated in time, tails are heavy, and the device is sometimes sure of a wrong place. The judge of
positions (`custodiet.rules`) must know none of these numbers: whoever tunes it against this file tests nothing.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import cos, exp, hypot, log, pi, sin, sqrt
from random import Random

from custodiet.model.report import Method


class Setting(StrEnum):
    """What lies between the device and the sky."""

    OPEN = "open"
    STREET = "street"
    CANYON = "canyon"
    INDOOR = "indoor"
    UNDERGROUND = "underground"


@dataclass(frozen=True, slots=True)
class Sky:
    """How GPS fares in one setting."""

    sigma_m: float
    """Of the error along each axis, reflections aside."""
    correlation_min: float
    """After so long an error keeps 1/e of itself."""
    satellites: tuple[int, int]
    hdop: float
    reflections_a_min: float
    """Episodes that start in a minute."""


SKIES = {
    # NIJ: within 10 m outdoors at 90 %. 3.9 m an axis gives about 9 m at 90 %.
    # Time constants: assumption. Wilson finds that errors of successive minutes are correlated, how long depends on the
    # receiver: in one of his two the curve bends after about a minute.
    Setting.OPEN: Sky(3.9, 5.0, (8, 14), 0.9, 0.0),
    # Assumption: between open sky and canyon.
    Setting.STREET: Sky(6.0, 4.0, (6, 12), 1.3, 0.0),
    # Assumption; walls change as one walks, so errors are forgotten sooner.
    # PI: reflections of 100 m or more near tall buildings. How often: assumption.
    Setting.CANYON: Sky(16.0, 3.0, (4, 9), 2.6, 0.04),
    # NIJ: within 30 m indoors at 90 %. 12 m an axis gives just under 30 m at 90 %, reflections included.
    # One sits still: long time constant (assumption).
    # Reflections: one every twenty hours at the median (SHELTER_SPREAD: more in some homes), an assumption. Together
    # with the losses below it was set so that fixes of 100 m or worse make 1-3 % of all (requirements 5.6) and a plain
    # geofence raises what trade and press report, to the order (5.2: 9.7 alarms a person and month; one in three days).
    Setting.INDOOR: Sky(12.0, 8.0, (4, 9), 2.2, 1 / 1200),
}
"""GPS by setting; underground there is none."""

# How bad it is just now (satellite geometry, where in the room one sits) drifts by itself; it makes tails heavier than
# a Gaussian's, and it is what a device can honestly know about its own error. Assumption.
SPREAD_SIGMA = 0.3
SPREAD_CORRELATION_MIN = 30.0

# Reflection episodes. PI: 100 m or more near tall buildings; lengths, shape and upper end are assumptions.
REFLECTION_FIXES = (1, 6)
REFLECTION_M = (60.0, 400.0)
REFLECTION_TURN_RAD = 0.2
REFLECTION_GROWTH = 0.12
OVERCONFIDENT_SHARE = 0.3
"""Of the episodes, those in which the reported accuracy stays small. Assumption, and the honest hard case."""

# The reported accuracy. That it means a 68 % radius is what phones document; how badly is an assumption.
RADIUS_68_OF_SIGMA = sqrt(-2 * log(1 - 0.68))
ACCURACY_NOISE = 0.35
ACCURACY_LEAST_M = 3.0
ACCURACY_MISSING_SHARE = 0.01
REFLECTION_ACCURACY_NOISE = 0.5

# GPS is lost indoors now and then: deep in a building, lying on the device. Assumptions, chosen together so that 1-3 %
# of all fixes err by 100 m or more (requirements 5.6, itself marked as to be tuned).
LOSSES_A_DAY_INDOORS = 0.6
LOSSES_A_DAY_IN_FLATS = 3.0
LOSS_MIN = (5.0, 40.0)
FALLBACKS_INDOORS = ((Method.LBS, 0.6), (None, 1.0))
FALLBACKS_IN_FLATS = ((Method.WIFI, 0.8), (Method.LBS, 0.92), (None, 1.0))
"""Cumulated shares."""
UNDERGROUND_LBS_SHARE = 0.25
SHELTER_SPREAD = 0.5
"""Log-normal: homes and devices differ in how often they lose the sky or see reflections. Assumption."""

# ALERT and the trade: cell-based positions err by about 200-500 m. Zandbergen 2009 found a median of 600 m, so this is
# kind. About two thirds of these draws lie within 200-500 m; the tail ends at 2 km.
LBS_MEDIAN_M = 330.0
LBS_SPREAD = 0.45
LBS_LEAST_M = 80.0
LBS_MOST_M = 2000.0
LBS_ACCURACY_M = (150.0, 1000.0)
LBS_ACCURACY_NOISE = 0.5
LBS_HANDOVER_A_FIX = 0.12
"""A mast's place stays the same until another mast is heard. Assumption."""

# Requirements 5.6 ask for Wi-Fi fixes in flats. Zandbergen 2009 and 2012 found medians of 43-92 m; today's lists of
# access points are denser, so 30-60 m (assumption): 34 m an axis gives a median of 40 m and 73 m at 90 %.
WIFI_SIGMA_M = 34.0
WIFI_CORRELATION_MIN = 10.0
WIFI_ACCURACY_M = (20.0, 150.0)
# Somebody moved house and took the access point along. Assumption.
WIFI_MOVED_SHARE = 0.004
WIFI_MOVED_M = (1500.0, 6000.0)

# NIJ: a cold start takes two minutes or less under open sky. The rest is assumption.
HOT_START_MS = 300_000
FIRST_FIX_S = (20.0, 120.0)
FIRST_FIX_WORSE = 2.0

# Doppler speed is good to a few tenths of a metre a second; a reflection spoils it. Assumption.
SPEED_SIGMA_MPS = 0.25
REFLECTION_SPEED_SIGMA_MPS = 2.0

_MINUTE_MS = 60_000
_NEVER_MS = -(10**15)


@dataclass(frozen=True, slots=True, repr=False)
class Measured:
    """What the device says, in metres north and east of the same origin as the truth."""

    north_m: float
    east_m: float
    accuracy_m: float | None
    speed_mps: float | None
    method: Method
    satellites: int | None
    hdop: float | None


class DeviceNoise:
    """One device on one person, asked in the order of time; the same answers from the same `random`.

    `in_flats`: the wearer's walls are full of other people's Wi-Fi.
    """

    def __init__(self, random: Random, *, in_flats: bool = False) -> None:
        self._random = random
        self._shelter = random.lognormvariate(0.0, SHELTER_SPREAD)
        losses_a_day = LOSSES_A_DAY_IN_FLATS if in_flats else LOSSES_A_DAY_INDOORS
        self._losses_a_min = losses_a_day / 1440 * self._shelter
        self._fallbacks = FALLBACKS_IN_FLATS if in_flats else FALLBACKS_INDOORS
        self._asked_ms = self._gps_ms = self._wifi_ms = self._ready_ms = _NEVER_MS
        self._lost_in: Setting | None = None
        self._lost_until_ms = _NEVER_MS
        self._fallback: Method | None = None
        self._north, self._east, self._spread = (random.gauss(0, 1) for _ in range(3))
        self._reflected_fixes = 0
        self._reflection_m = self._reflection_rad = 0.0
        self._overconfident = False
        self._mast: tuple[float, float, float] | None = None
        self._wifi_north, self._wifi_east = random.gauss(0, 1), random.gauss(0, 1)
        self._moved_point: tuple[float, float] | None = None

    def measure(self, at_ms: int, north_m: float, east_m: float, speed_mps: float, setting: Setting) -> Measured | None:
        """A fix of the true place and speed, or None when the device finds none."""
        minutes = min((at_ms - self._asked_ms) / _MINUTE_MS, 60.0)
        self._asked_ms = at_ms
        method = self._method(at_ms, minutes, setting)
        if method is Method.GPS:
            return self._by_gps(at_ms, north_m, east_m, speed_mps, SKIES[setting])
        if method is Method.LBS:
            return self._by_mast(north_m, east_m)
        if method is Method.WIFI:
            return self._by_wifi(at_ms, north_m, east_m)
        return None

    # --- which way a position is found ---

    def _method(self, at_ms: int, minutes: float, setting: Setting) -> Method | None:
        if self._lost_in is not None and (setting is not self._lost_in or at_ms >= self._lost_until_ms):
            self._lost_in = None
        if self._lost_in is None:
            if setting is Setting.UNDERGROUND:
                self._lose(setting, at_ms + 10**9)
                self._fallback = Method.LBS if self._random.random() < UNDERGROUND_LBS_SHARE else None
            elif setting is Setting.INDOOR and self._random.random() < 1 - exp(-self._losses_a_min * minutes):
                self._lose(setting, at_ms + round(self._random.uniform(*LOSS_MIN) * _MINUTE_MS))
                drawn = self._random.random()
                self._fallback = next(method for method, share in self._fallbacks if drawn < share)
        if self._lost_in is not None:
            return self._fallback
        if at_ms - self._gps_ms > HOT_START_MS and self._ready_ms <= self._gps_ms:
            self._ready_ms = at_ms + round(self._random.uniform(*FIRST_FIX_S) * 1000)
        if at_ms < self._ready_ms:
            return self._fallback
        self._fallback = None
        return Method.GPS

    def _lose(self, setting: Setting, until_ms: int) -> None:
        self._lost_in, self._lost_until_ms = setting, until_ms
        self._mast = None
        self._moved_point = None
        if self._random.random() < WIFI_MOVED_SHARE:
            self._moved_point = self._away(self._random.uniform(*WIFI_MOVED_M))

    # --- the ways ---

    def _by_gps(self, at_ms: int, north_m: float, east_m: float, speed_mps: float, sky: Sky) -> Measured:
        random = self._random
        is_first = self._ready_ms > self._gps_ms
        minutes = min((at_ms - self._gps_ms) / _MINUTE_MS, 600.0)
        self._gps_ms = at_ms
        self._north = self._drifted(self._north, minutes, sky.correlation_min)
        self._east = self._drifted(self._east, minutes, sky.correlation_min)
        self._spread = self._drifted(self._spread, minutes, SPREAD_CORRELATION_MIN)
        badness = exp(SPREAD_SIGMA * self._spread) * (FIRST_FIX_WORSE if is_first else 1.0)
        sigma_m = sky.sigma_m * badness
        north_m += sigma_m * self._north
        east_m += sigma_m * self._east
        accuracy_m = RADIUS_68_OF_SIGMA * sigma_m * random.lognormvariate(0.0, ACCURACY_NOISE)
        speed_sigma_mps = SPEED_SIGMA_MPS
        if self._reflects(sky, minutes):
            north_m += self._reflection_m * cos(self._reflection_rad)
            east_m += self._reflection_m * sin(self._reflection_rad)
            speed_sigma_mps = REFLECTION_SPEED_SIGMA_MPS
            if not self._overconfident:
                accuracy_m = max(accuracy_m, self._reflection_m * random.lognormvariate(0.0, REFLECTION_ACCURACY_NOISE))
        return Measured(
            north_m,
            east_m,
            self._told(accuracy_m),
            round(abs(speed_mps + random.gauss(0.0, speed_sigma_mps)), 2),
            Method.GPS,
            random.randint(*sky.satellites),
            round(sky.hdop * badness, 1),
        )

    def _reflects(self, sky: Sky, minutes: float) -> bool:
        random = self._random
        if not sky.reflections_a_min:
            self._reflected_fixes = 0
            return False
        if self._reflected_fixes:
            self._reflected_fixes -= 1
            self._reflection_rad += random.gauss(0.0, REFLECTION_TURN_RAD)
            grown_m = self._reflection_m * random.lognormvariate(0.0, REFLECTION_GROWTH)
            self._reflection_m = min(max(grown_m, REFLECTION_M[0]), REFLECTION_M[1])
            return True
        if random.random() >= 1 - exp(-sky.reflections_a_min * self._shelter * min(minutes, 2.0)):
            return False
        self._reflected_fixes = random.randint(*REFLECTION_FIXES) - 1
        self._reflection_m = exp(random.uniform(log(REFLECTION_M[0]), log(REFLECTION_M[1])))
        self._reflection_rad = random.uniform(0, 2 * pi)
        self._overconfident = random.random() < OVERCONFIDENT_SHARE
        return True

    def _by_mast(self, north_m: float, east_m: float) -> Measured:
        if self._mast is None or self._random.random() < LBS_HANDOVER_A_FIX:
            error_m = self._random.lognormvariate(log(LBS_MEDIAN_M), LBS_SPREAD)
            north_off_m, east_off_m = self._away(min(max(error_m, LBS_LEAST_M), LBS_MOST_M))
            claim_m = hypot(north_off_m, east_off_m) * self._random.lognormvariate(0.0, LBS_ACCURACY_NOISE)
            claim_m = min(max(claim_m, LBS_ACCURACY_M[0]), LBS_ACCURACY_M[1])
            self._mast = (north_m + north_off_m, east_m + east_off_m, claim_m)
        return Measured(self._mast[0], self._mast[1], self._told(self._mast[2]), None, Method.LBS, None, None)

    def _by_wifi(self, at_ms: int, north_m: float, east_m: float) -> Measured:
        minutes = min((at_ms - self._wifi_ms) / _MINUTE_MS, 600.0)
        self._wifi_ms = at_ms
        self._wifi_north = self._drifted(self._wifi_north, minutes, WIFI_CORRELATION_MIN)
        self._wifi_east = self._drifted(self._wifi_east, minutes, WIFI_CORRELATION_MIN)
        moved_north_m, moved_east_m = self._moved_point or (0.0, 0.0)
        claim_m = RADIUS_68_OF_SIGMA * WIFI_SIGMA_M * self._random.lognormvariate(0.0, ACCURACY_NOISE)
        return Measured(
            north_m + moved_north_m + WIFI_SIGMA_M * self._wifi_north,
            east_m + moved_east_m + WIFI_SIGMA_M * self._wifi_east,
            self._told(min(max(claim_m, WIFI_ACCURACY_M[0]), WIFI_ACCURACY_M[1])),
            None,
            Method.WIFI,
            None,
            None,
        )

    # --- small change ---

    def _drifted(self, before: float, minutes: float, correlation_min: float) -> float:
        kept = exp(-minutes / correlation_min)
        return kept * before + sqrt(1 - kept * kept) * self._random.gauss(0.0, 1.0)

    def _away(self, distance_m: float) -> tuple[float, float]:
        towards_rad = self._random.uniform(0, 2 * pi)
        return distance_m * cos(towards_rad), distance_m * sin(towards_rad)

    def _told(self, accuracy_m: float) -> float | None:
        if self._random.random() < ACCURACY_MISSING_SHARE:
            return None
        return round(max(accuracy_m, ACCURACY_LEAST_M), 1)
