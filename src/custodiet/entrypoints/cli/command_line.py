"""The command line: every verb with what it takes. What a verb does is handed in; nothing is done here."""

import argparse
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from custodiet.model.alert import AlertMove, Excuse
from custodiet.model.contact_record import CameOf, Verified, Way
from custodiet.model.times import cut

FORMATS = ("traccar", "osmand", "owntracks", "recorder", "gpx", "geojson")
"""What `ingest` reads."""
BENCH_PARTS = ("path", "peers", "growth", "read")
"""What `bench` measures; peers have the path beside them."""


def command_line(
    do: Mapping[str, Callable[[argparse.Namespace], None]], processes: Iterable[str]
) -> argparse.ArgumentParser:
    """The parser. `do`: what each verb does, by its function's name; `processes`: what `run` may run."""
    parser = argparse.ArgumentParser(
        prog="custodiet", description="No position without a decision; no reading without a record."
    )
    where = argparse.ArgumentParser(add_help=False)
    where.add_argument(
        "--data", metavar="DIR", help="the data folder (or CUSTODIET_DATA; default: ./demo if it is there)"
    )
    where.add_argument(
        "--keys", metavar="DIR", help="the keys folder (or CUSTODIET_KEYS; default: DATA-keys beside it)"
    )
    listening = argparse.ArgumentParser(add_help=False)
    listening.add_argument("--port", type=_port, metavar="N", help="page on N, gateway on N+1; 0: any free ones")
    listening.add_argument("--gateways", type=int, default=1, metavar="N", choices=range(1, 9), help=argparse.SUPPRESS)
    by = argparse.ArgumentParser(add_help=False)
    by.add_argument("--by", type=_actor, default="operator", help="who asks: a pseudonym for the ledger, never a name")
    verbs = parser.add_subparsers(required=True, metavar="VERB")

    verb = verbs.add_parser("demo", parents=[where, listening], help="a made-up scheme, running")
    verb.add_argument("--seed", type=int, default=1, metavar="N", help="which invented town")
    verb.add_argument("--json", action="store_true", help="one JSON line when it is ready")
    verb.add_argument(
        "--lapse-every", type=_seconds, default=120.0, metavar="S", help="seconds between reviews that nobody does"
    )
    verb.set_defaults(do=do["demo"])

    verb = verbs.add_parser("tour", parents=[where], help="real requests against the running demo")
    verb.add_argument("--check", action="store_true", help="unattended: fail if any answer differs")
    verb.set_defaults(do=do["tour"])

    verb = verbs.add_parser("simulate", help="the made-up scheme on a virtual clock, held against the truth")
    verb.add_argument("--seed", type=int, default=1, metavar="N", help="which invented town")
    verb.add_argument("--people", type=_count, default=20, metavar="N", help="how many are judged and scored")
    verb.add_argument("--days", type=_count, default=7, metavar="N", help="how long they live")
    verb.add_argument("--faults", action="store_true", help="outages, restarts, and reports that must not be kept")
    verb.add_argument("--json", action="store_true")
    verb.set_defaults(do=do["simulate"])

    verb = verbs.add_parser("bench", help="the hot path on this machine, beside peers")
    verb.add_argument("--seed", type=int, default=1, metavar="N", help="which invented crowd")
    verb.add_argument("--people", type=_crowd, metavar="N", help="10,000; over HTTP 1,000, each settled by the flows")
    verb.add_argument("--zones", type=_count, default=5, metavar="N", help="for each of them")
    verb.add_argument("--minutes", type=_count, default=10, metavar="N", help="a position of everyone each, in a round")
    verb.add_argument("--only", action="append", choices=BENCH_PARTS, help="this part; may be said again")
    verb.add_argument("--million", action="store_true", help="growth to a million people, too: it takes long")
    verb.add_argument("--quick", action="store_true", help="of a few people: whether it runs, not how fast")
    verb.add_argument("--write", metavar="FOLDER", help="a page and a picture of it there: performance.md, .svg")
    verb.add_argument("--http", action="store_true", help="what a gateway carries over HTTP, by itself")
    verb.add_argument("--json", action="store_true")
    verb.set_defaults(do=do["bench"])

    verb = verbs.add_parser("serve", parents=[where, listening], help="the same without the made-up scheme")
    verb.add_argument(
        "--source", metavar="FILE", action="append", default=[], help="also take reports from the broker it names"
    )
    verb.set_defaults(do=do["serve"])

    verb = verbs.add_parser("init", parents=[where], help="make keys and databases")
    verb.add_argument("--origin", default="custodiet.example/unnamed", help="the ledger's name, for ever")
    verb.add_argument(
        "--administrator",
        metavar="ACCOUNT",
        default="administrator-1",
        help="the first account, whom nobody can approve: a pseudonym, never a name",
    )
    verb.set_defaults(do=do["init"])

    verb = verbs.add_parser("run", parents=[where], help="one process alone, for a layout with a user for each")
    verb.add_argument("process", choices=sorted(processes))
    verb.add_argument("--port", type=_port, metavar="N", help="where gateway or web listens")
    verb.add_argument("--config", metavar="FILE", help="of a source: which broker, which topics")
    verb.add_argument("--listen-fd", type=int, help=argparse.SUPPRESS)
    verb.add_argument("--tied", action="store_true", help=argparse.SUPPRESS)
    verb.set_defaults(do=do["run"])

    verb = verbs.add_parser("ingest", parents=[where], help="reports out of a file or a pipe, for one sender")
    verb.add_argument("file", metavar="FILE", help="- for standard input")
    verb.add_argument("--format", choices=FORMATS, default="traccar", help="what the file holds (default: traccar)")
    verb.add_argument("--device", metavar="SERIAL", help="whose reports they are, where the file does not say it")
    verb.add_argument("--token-file", metavar="FILE", help="holds the sender's token (or CUSTODIET_TOKEN)")
    verb.set_defaults(do=do["ingest"])

    verb = verbs.add_parser("import-cases", parents=[where, by], help="cases at rung 0 out of a CSV file, names sealed")
    verb.add_argument("file", metavar="FILE", help="docs/import-cases.md tells its columns")
    verb.add_argument("--wait", type=_count, default=60, metavar="S", help="so long for keys to seal names to (60)")
    verb.set_defaults(do=do["import_cases"])

    verb = verbs.add_parser(
        "load-places", parents=[where, by], help="from a map, the places near which no stay is shown"
    )
    verb.add_argument("file", metavar="FILE", help="an extract of OpenStreetMap (.osm.pbf) of the whole region")
    verb.set_defaults(do=do["load_places"])

    verb = verbs.add_parser(
        "profile", parents=[where, by], help="what is set in a wearer's phone: a file and a QR code"
    )
    verb.add_argument("reference", help="the case's reference")
    verb.add_argument("--client", required=True, choices=["owntracks", "traccar"], help="the app")
    verb.add_argument("--url", required=True, help="https://… of the gateway, or mqtts://host:port of a broker")
    verb.add_argument(
        "--label", required=True, metavar="L", help="your word for it; whoever sees the phone may read it"
    )
    verb.add_argument("--out", required=True, metavar="FOLDER", help="where the files go, for their owner only")
    verb.add_argument("--token-file", metavar="FILE", help="holds the phone's own token (or CUSTODIET_TOKEN)")
    verb.add_argument("--strand", default="main", help="which of the person's devices (main)")
    verb.add_argument("--every", type=int, default=60, metavar="S", help="a position so often, on rungs 9 and 10 (60)")
    verb.set_defaults(do=do["profile"])

    verb = verbs.add_parser("status", parents=[where], help="how things stand, without a position or a name")
    verb.set_defaults(do=do["status"])

    verb = verbs.add_parser("copy", parents=[where, by], help="a person's own copy, recorded, by the vault")
    verb.add_argument("reference", help="the case's reference")
    verb.add_argument("--out", metavar="FILE", help="write there, for its owner only, instead of to the terminal")
    verb.set_defaults(do=do["copy"])

    verb = verbs.add_parser("end", parents=[where, by], help="withdraw (or annul) a case's decision, now")
    verb.add_argument("reference", help="the case's reference")
    verb.add_argument("--annul", action="store_true", help="a court or a regulator says it never authorised anything")
    verb.set_defaults(do=do["end"])

    verb = verbs.add_parser(
        "backup", parents=[where], help="the data as one file, while everything runs; never the keys"
    )
    verb.add_argument("--out", required=True, metavar="FILE", help="a new file, outside the data folder")
    what = verb.add_mutually_exclusive_group()
    what.add_argument("--vault", action="store_true", help="the vault's own database instead, to be kept elsewhere")
    what.add_argument(
        "--without-vault", action="store_true", help="also when no vault vouches for it: it may not be restorable"
    )
    verb.set_defaults(do=do["backup"])

    verb = verbs.add_parser("restore", parents=[where, by], help="the data from a backup, under a new log; all stopped")
    verb.add_argument("file", metavar="FILE", help="what custodiet backup wrote")
    verb.add_argument(
        "--witnessed", action="append", default=[], metavar="NOTE", help="a checkpoint of the log that others have kept"
    )
    verb.add_argument(
        "--accept-differing", action="store_true", help="also when tables do not follow from the ledger: they stay so"
    )
    verb.add_argument("--json", action="store_true")
    verb.set_defaults(do=do["restore"])

    verb = verbs.add_parser("upgrade", parents=[where], help="store and vault to the form of this version; all stopped")
    verb.set_defaults(do=do["upgrade"])

    verb = verbs.add_parser(
        "migrate-store", parents=[where], help="the store out of its file into a PostgreSQL database; all stopped"
    )
    verb.set_defaults(do=do["migrate_store"])

    verb = verbs.add_parser(
        "move-keys", parents=[where], help="the keys of a place out of files into a KMS; all stopped"
    )
    verb.set_defaults(do=do["move_keys"])

    verb = verbs.add_parser(
        "administrator", parents=[where], help="the first one, of a place made before there were any"
    )
    verb.add_argument("account", metavar="ACCOUNT", help="a pseudonym, never a name")
    verb.set_defaults(do=do["administrator"])

    verb = verbs.add_parser("compile", help="once at set-up: what seals many fixes in one call, with cc and OpenSSL")
    verb.set_defaults(do=do["compile"])

    verb = verbs.add_parser("doctor", parents=[where], help="look at everything, running or not; exit 1 if it is wrong")
    verb.add_argument("--json", action="store_true")
    verb.set_defaults(do=do["doctor"])

    alert_parser = verbs.add_parser("alert", help="explain one; claim, triage, clear, … as people may")
    alert = alert_parser.add_subparsers(required=True, metavar="VERB")
    verb = alert.add_parser("show", parents=[where], help="what it is, how sure, and what can be done with it")
    verb.add_argument("alert")
    verb.set_defaults(do=do["alert_show"])
    verb = alert.add_parser("move", parents=[where, by], help="one step; reasons, where needed, on standard input")
    verb.add_argument("alert")
    verb.add_argument("move", choices=[move.value for move in AlertMove])
    verb.add_argument("--until", type=_instant, metavar="TIME", help="of suspend: until when")
    verb.set_defaults(do=do["alert_move"])
    verb = alert.add_parser("contact", parents=[where, by], help="the person was tried; words on standard input")
    verb.add_argument("alert")
    verb.add_argument("how", choices=[how.value for how in Way])
    verb.add_argument("outcome", choices=[outcome.value for outcome in CameOf])
    verb.add_argument("--called-in", choices=[way.value for way in Verified], help="they called us: how you knew")
    verb.set_defaults(do=do["alert_contact"])
    verb = alert.add_parser("reply", parents=[where, by], help="what the person says, on standard input")
    verb.add_argument("alert")
    verb.add_argument("excuse", choices=[excuse.value for excuse in Excuse])
    verb.set_defaults(do=do["alert_reply"])

    account_parser = verbs.add_parser("account", help="who can sign in: open one, renew a password, end sessions")
    account = account_parser.add_subparsers(required=True, metavar="VERB")
    verb = account.add_parser("open", parents=[where, by], help="a new one; its password is printed, for one use")
    verb.add_argument("username")
    verb.add_argument("--actor", type=_actor, required=True, help="whom it speaks for: a pseudonym, never a name")
    verb.set_defaults(do=do["account_open"])
    verb = account.add_parser("renew", parents=[where, by], help="a password for one use, for one that was lost")
    verb.add_argument("actor", type=_actor)
    verb.set_defaults(do=do["account_renew"])
    verb = account.add_parser("end", parents=[where, by], help="its sessions, now; --close: the account too")
    verb.add_argument("actor", type=_actor)
    verb.add_argument("--close", action="store_true", help="they have left")
    verb.set_defaults(do=do["account_end"])

    sender_parser = verbs.add_parser("sender", help="who may send: list, issue, rotate, scope, end; acknowledge")
    sender = sender_parser.add_subparsers(required=True, metavar="VERB")
    verb = sender.add_parser("list", parents=[where], help="senders, how many devices each speaks for, its tokens")
    verb.add_argument("--all", action="store_true", help="those that have ended too")
    verb.set_defaults(do=do["sender_list"])
    verb = sender.add_parser("issue", parents=[where, by], help="a new sender; its token is printed, once")
    verb.add_argument("--scheme", required=True, metavar="S", help="the scheme's id")
    verb.add_argument("--label", required=True, metavar="L", help="what it is: shown to staff, never a person's name")
    verb.add_argument(
        "--device", required=True, nargs="+", action="extend", metavar="SERIAL", help="the devices it speaks for"
    )
    verb.add_argument("--fitting", metavar="F", help="the token ends with this fitting")
    verb.set_defaults(do=do["sender_issue"])
    verb = sender.add_parser("rotate", parents=[where, by], help="a new token, printed once, beside the one in use")
    verb.add_argument("sender")
    verb.add_argument(
        "--overlap", type=_hours, metavar="HOURS", help="how long the one in use still speaks (168); 0: it has leaked"
    )
    verb.set_defaults(do=do["sender_rotate"])
    verb = sender.add_parser("scope", parents=[where, by], help="devices it speaks for from now on, or no longer")
    verb.add_argument("sender")
    verb.add_argument("--add", nargs="+", action="extend", default=[], metavar="SERIAL")
    verb.add_argument("--remove", nargs="+", action="extend", default=[], metavar="SERIAL")
    verb.set_defaults(do=do["sender_scope"])
    verb = sender.add_parser("acknowledge", parents=[where], help="someone there says that they were told")
    verb.add_argument("instruction")
    verb.add_argument("--by", type=_actor, required=True, help="who there: a pseudonym for the ledger, never a name")
    verb.set_defaults(do=do["sender_acknowledge"])
    verb = sender.add_parser("end", parents=[where, by], help="its tokens speak no longer, from now on and for good")
    verb.add_argument("sender")
    verb.add_argument("--token", metavar="TOKEN", help="this one alone, by its id")
    verb.set_defaults(do=do["sender_end"])

    scheme_parser = verbs.add_parser("scheme", help="a scheme as one JSON document: check, import, export")
    scheme = scheme_parser.add_subparsers(required=True, metavar="VERB")
    verb = scheme.add_parser("check", help="everything that is wrong with a file, and what its register still lacks")
    verb.add_argument("file", metavar="FILE")
    verb.set_defaults(do=do["scheme_check"])
    verb = scheme.add_parser("import", parents=[where, by], help="keep its register as the scheme's next version")
    verb.add_argument("file", metavar="FILE")
    verb.add_argument("--effective-at", type=_instant, metavar="TIME", help="from when on it holds (default: now)")
    verb.add_argument(
        "--seen", default="", metavar="TOKEN", help="of the dry run, where it keeps something for a shorter time"
    )
    verb.set_defaults(do=do["scheme_import"])
    verb = scheme.add_parser("export", parents=[where], help="write it out, as at any date")
    verb.add_argument("name", metavar="NAME", help="the scheme's id, or its name")
    verb.add_argument("--at", type=_instant, metavar="TIME", help="as it stood then (default: now)")
    verb.add_argument("--out", metavar="FILE", help="a new file, instead of the terminal")
    verb.set_defaults(do=do["scheme_export"])

    pack = verbs.add_parser("pack", help="accountability packs, to be checked without us").add_subparsers(
        required=True, metavar="VERB"
    )
    verb = pack.add_parser("case", parents=[where], help="one case: what was decided, told and looked at, with proofs")
    verb.add_argument("reference", help="the case's reference, for example M-0001")
    verb.add_argument("--out", required=True, metavar="FILE", help="a new zip file")
    verb.set_defaults(do=do["pack_case"])

    ledger = verbs.add_parser("ledger", help="verify, export, proof").add_subparsers(required=True, metavar="VERB")
    verb = ledger.add_parser(
        "verify", parents=[where, by], help="hashes only, no key; --tables: also what rests on them"
    )
    verb.add_argument("folder", nargs="?", help="an exported copy, instead of a data folder")
    verb.add_argument("--tables", action="store_true", help="replay every record in the vault and compare")
    verb.add_argument("--vkey", help="the log's key as you know it from elsewhere")
    verb.add_argument("--json", action="store_true")
    verb.set_defaults(do=do["ledger_verify"])
    verb = ledger.add_parser("export", parents=[where], help="a whole copy for an auditor")
    verb.add_argument("folder")
    verb.set_defaults(do=do["ledger_export"])
    verb = ledger.add_parser(
        "proof", parents=[where], help="that entry N is in the ledger, as a file (c2sp.org/tlog-proof)"
    )
    verb.add_argument("index", type=int)
    verb.set_defaults(do=do["ledger_proof"])
    return parser


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65534:
        raise argparse.ArgumentTypeError("a port is 0 to 65534")
    return number


def _count(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 9000:
        raise argparse.ArgumentTypeError("1 to 9000")
    return number


def _crowd(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 1_000_000:
        raise argparse.ArgumentTypeError("1 to 1000000")
    return number


def _seconds(text: str) -> float:
    number = float(text)
    if not 1 <= number <= 86400:
        raise argparse.ArgumentTypeError("1 to 86400 seconds")
    return number


def _hours(text: str) -> timedelta:
    number = float(text)
    if not 0 <= number <= 24 * 30:
        raise argparse.ArgumentTypeError("0 to 720 hours")
    return timedelta(hours=number)


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise argparse.ArgumentTypeError("a time with its zone, for example 2031-03-03T09:00:00Z")
    return cut(at)


def _actor(text: str) -> str:
    if not (1 <= len(text) <= 40 and all(one.isascii() and (one.isalnum() or one == "-") for one in text)):
        raise argparse.ArgumentTypeError("letters, digits and dashes, 40 at most: a pseudonym, never a name")
    return text
