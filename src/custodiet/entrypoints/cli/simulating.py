"""`custodiet simulate`: what a simulated month showed, as JSON or in words."""

import json
from typing import Any


def show_report(report: dict[str, Any], *, as_json: bool) -> int:
    """Print it. The exit status: 1 when an invariant was broken, or was never looked at."""
    if as_json:
        print(json.dumps(report))
    else:
        _tell(report)
    return int(any(one["broken"] or not one["checked"] for one in report["invariants"].values()))


def _tell(report: dict[str, Any]) -> None:
    ours, plain = report["alerts"], report["baseline"]["alerts"]
    rate, fewer = report["false_per_person_month"], report["fewer_false_alerts"]
    print(f"{report['people']} invented people, {report['days']} days, seed {report['seed']}: nobody is real.\n")
    print(f"  {'':34}{'this judge':>12}{'a plain geofence':>18}")
    for word, said in (("true", "true alerts"), ("false", "false alerts"), ("missed", "witnessed events missed")):
        print(f"  {said:34}{ours[word]:>12}{plain[word]:>18}")
    print(f"  {'false alerts a person and month':34}{rate['ours']:>12}{rate['baseline']:>18}")
    for word, key in (("median", "median"), ("95th percentile", "p95")):
        mine, theirs = report["delay_s"][key], report["baseline"]["delay_s"][key]
        print(f"  {'delay, ' + word + ', s':34}{_number(mine):>12}{_number(theirs):>18}")
    print(f"\n  {_compared(fewer)}")
    asked = report["asked_to_ring"]["count"]
    print(f"  Besides, someone was asked to ring because nobody could tell: {asked} times.")
    print("  The noise is simulated: simulation/noise.py says from what.\n")
    refused = ", ".join(f"{reason} {count}" for reason, count in report["refused"].items())
    print(f"  admitted {report['admitted']}; refused {refused or 'none'}\n")
    for name, one in report["invariants"].items():
        held = "BROKEN" if one["broken"] else "held" if one["checked"] else "NEVER LOOKED AT"
        print(f"  {name:34}{held:>12}{one['checked']:>14} times looked at, {one['broken']} broken")


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}"


def _compared(fewer: dict[str, Any]) -> str:
    if fewer["times"] is None:
        return "The plain geofence raised no false alert: too little was lived to compare."
    return "{} times fewer false alerts (95 %: {} to {}).".format(fewer["times"], *fewer["interval_95"])
