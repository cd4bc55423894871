"""The device desk: what is in stock, what happened to each device, and the acts on it.

A device that is nobody's is the desk's; on a person's body it is a matter of their case, whose officers alone act.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from custodiet.entrypoints.web.asking import done, refusals
from custodiet.entrypoints.web.forms_devices import (
    FaultForm,
    FitForm,
    InspectForm,
    MendedForm,
    NewDevice,
    RemoveForm,
    SwapForm,
)
from custodiet.entrypoints.web.languages import say
from custodiet.entrypoints.web.paging import page_asked, pages_of, words_asked
from custodiet.entrypoints.web.permitting import actor_of, may, require, store_for
from custodiet.entrypoints.web.reasons import Reason
from custodiet.entrypoints.web.rendering import page
from custodiet.entrypoints.web.sight import of_case
from custodiet.flows.fit_device import register_device
from custodiet.flows.keep_devices import (
    DeviceFile,
    check_and_fit,
    inspect_device,
    mend_device,
    record_fault,
    remove_device,
    show_device,
    show_worn,
    swap_device,
)
from custodiet.flows.ports import Reading
from custodiet.flows.searching import holds, one_page, page_of
from custodiet.model.act import Act
from custodiet.model.desk import Fault, Outcome, Removal, Stock, StockLine
from custodiet.model.device import Device, Fitting
from custodiet.model.errors import NotFound
from custodiet.model.identity import DeviceId
from custodiet.rules.desk import health_of

PAGE_LINES = 25
STRAND = "main"
"""On which of a person's strands the desk fits."""


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """What there is, by serial and by where it is."""
    words, asked = words_asked(request, "serial"), request.GET.get("stock", "")
    stock = Stock(asked) if asked in set(Stock) else None
    with settings.PLACE.store.reading() as view:
        require(request, view, Act.REGISTER_DEVICE)
        counted = view.count_stock()
        found = view.count_devices(words, stock)
        number, pages = page_of(found, page_asked(request), PAGE_LINES)
        devices = view.devices_like(words, PAGE_LINES, (number - 1) * PAGE_LINES, stock)
        due = (view.to_inspect(PAGE_LINES), view.count_to_inspect())
        lines = [StockLine(one.id, one.serial, show_device(view, one.id).stock) for one in devices]
    told = {"lines": lines, "found": found, "words": words, "stock": stock}
    told |= {"due": due[0], "due_found": due[1], "now": settings.PLACE.clock.now()}
    told["counted"] = [(one, counted.get(one, 0)) for one in Stock]
    at = pages_of(number, pages, {"serial": words, "stock": stock or ""})
    return page(request, "devices/list.html", at=at, **told)


@require_safe
def batches(request: HttpRequest) -> HttpResponse:
    """How the batteries of each model and batch do, and how often one is faulty: of devices, never of people."""
    words, now = words_asked(request, "batch"), settings.PLACE.clock.now()
    with settings.PLACE.store.reading() as view:
        require(request, view, Act.REGISTER_DEVICE)
        found = [one for one in view.wear(now) if holds(words, one.batch or "")]
    lines, number, pages = one_page(found, page_asked(request), PAGE_LINES)
    told: dict[str, Any] = {"lines": [(one, health_of(one)) for one in lines], "found": len(found), "words": words}
    return page(request, "devices/batches.html", at=pages_of(number, pages, {"batch": words}), **told)


@require_safe
def show(request: HttpRequest, device_id: str) -> HttpResponse:
    """One device, with all that happened to it; a case's reference only to whoever may act in it."""
    with settings.PLACE.store.reading() as view:
        file = _file(request, view, device_id)
        references = {
            one.case_id: view.case(one.case_id).reference
            for one in file.fittings
            if may(request, view, Act.FIT_DEVICE, of_case(one.case_id))
        }
        worn = None if file.worn is None else show_worn(view, file.worn, settings.PLACE.clock.now())
        mine = file.worn is not None and file.worn.case_id in references
        raised = view.raised_by(file.device.id)
    told = {"file": file, "references": references, "worn": worn, "mine": mine, "raised": raised}
    told["now"] = settings.PLACE.clock.now()
    return page(request, "devices/device.html", **told)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Take one into stock."""
    with settings.PLACE.store.reading() as view:
        require(request, view, Act.REGISTER_DEVICE)
    form = NewDevice(request.POST or None)
    reasons: list[Reason] = []
    if request.method == "POST" and form.is_valid():
        serial, batch = form.cleaned_data["serial"], form.cleaned_data["batch"] or None
        if _named(serial) is not None:
            form.add_error("serial", say("There is a device of that serial already"))
        else:
            made: list[Device] = []
            store, by = store_for(request, Act.REGISTER_DEVICE), actor_of(request)
            of = (store, settings.PLACE.chance, serial, by, batch)
            reasons = refusals(form, lambda: made.append(register_device(*of)))
            if made:
                return done(request, say("The device is in stock."), "device", made[0].id)
    told = {"title": say("Take a device into stock"), "button": say("Take it into stock"), "back": ("devices", None)}
    return page(request, "devices/act.html", 403 if reasons else 200, form=form, reasons=reasons, **told)


@require_http_methods(["GET", "HEAD", "POST"])
def fit(request: HttpRequest, device_id: str) -> HttpResponse:
    """Fit it to a person whose case is one's own."""
    with settings.PLACE.store.reading() as view:
        file = _file(request, view, device_id)
    form = FitForm(request.POST or None)

    def act() -> None:
        with settings.PLACE.store.reading() as view:
            case = view.case_by_reference(form.cleaned_data["reference"].strip())
        store = store_for(request, Act.FIT_DEVICE, of_case(case.id))
        given = (file.device.id, case.id, STRAND, form.check(), actor_of(request))
        check_and_fit(store, settings.PLACE.chance, *given)

    said = say("Fitted. What it sends counts once a sender speaks for it.")
    return _act(request, file, form, act, say("Fit the device"), said)


@require_http_methods(["GET", "HEAD", "POST"])
def inspect(request: HttpRequest, device_id: str) -> HttpResponse:
    """Somebody looked at it."""
    with settings.PLACE.store.reading() as view:
        file = _file(request, view, device_id)
    form = InspectForm(request.POST or None)

    def act() -> None:
        outcome = Outcome(form.cleaned_data["outcome"])
        store = store_for(request, Act.REGISTER_DEVICE)
        inspect_device(store, settings.PLACE.chance, file.device.id, outcome, actor_of(request))

    return _act(request, file, form, act, say("Inspect the device"), say("What you found is recorded."))


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, device_id: str) -> HttpResponse:
    """It is off the person."""
    file, worn = _on_someone(request, device_id)
    form = RemoveForm(request.POST or None)

    def act() -> None:
        told = form.cleaned_data
        off_at = settings.PLACE.clock.now() - timedelta(minutes=told["minutes"])
        store = store_for(request, Act.FIT_DEVICE, of_case(worn.case_id))
        remove_device(store, worn.id, Removal(told["reason"]), max(off_at, worn.fitted_at), actor_of(request))

    said = say("It is off. Its sensors accuse nobody of it, and tasks that asked for it are done.")
    return _act(request, file, form, act, say("Take the device off"), said)


@require_http_methods(["GET", "HEAD", "POST"])
def swap(request: HttpRequest, device_id: str) -> HttpResponse:
    """Another one in its place, at one instant."""
    file, worn = _on_someone(request, device_id)
    form = SwapForm(request.POST or None)

    def act() -> None:
        other = _named(form.cleaned_data["other"].strip())
        if other is None:
            raise NotFound("there is no device of that serial in stock")
        store = store_for(request, Act.FIT_DEVICE, of_case(worn.case_id))
        swap_device(store, settings.PLACE.chance, worn.id, other.id, form.check(), actor_of(request))

    said = say("Swapped. Inspect the one that came off; what the other sends counts once a sender speaks for it.")
    return _act(request, file, form, act, say("Swap the device"), said)


@require_http_methods(["GET", "HEAD", "POST"])
def fault(request: HttpRequest, device_id: str) -> HttpResponse:
    """It is faulty: out of stock, and its wearers' records cleared of what it raised."""
    with settings.PLACE.store.reading() as view:
        file = _file(request, view, device_id)
    form = FaultForm(request.POST or None)

    def act() -> None:
        told = form.cleaned_data
        store = store_for(request, Act.REGISTER_DEVICE)
        record_fault(store, file.device.id, Fault(told["fault"]), told["since"], actor_of(request))

    said = say("It is out of stock. What it raised since then speaks against nobody.")
    return _act(request, file, form, act, say("Record a fault"), said)


@require_http_methods(["GET", "HEAD", "POST"])
def mended(request: HttpRequest, device_id: str) -> HttpResponse:
    """It is well again."""
    with settings.PLACE.store.reading() as view:
        file = _file(request, view, device_id)
    form = MendedForm(request.POST if request.method == "POST" else None)

    def act() -> None:
        mend_device(store_for(request, Act.REGISTER_DEVICE), file.device.id, actor_of(request))

    return _act(request, file, form, act, say("The device is mended"), say("It is in stock again."))


def _act(
    request: HttpRequest, file: DeviceFile, form: Form, act: Callable[[], None], title: str, said: str
) -> HttpResponse:
    reasons: list[Reason] = []
    if request.method == "POST" and form.is_valid():
        reasons = refusals(form, act)
        if not reasons:
            return done(request, said, "device", file.device.id)
    told = {"title": title, "button": title, "back": ("device", file.device), "reasons": reasons}
    return page(request, "devices/act.html", 403 if reasons else 200, form=form, file=file, **told)


def _file(request: HttpRequest, view: Reading, device_id: str) -> DeviceFile:
    require(request, view, Act.REGISTER_DEVICE)
    return show_device(view, DeviceId(device_id))


def _on_someone(request: HttpRequest, device_id: str) -> tuple[DeviceFile, Fitting]:
    """A device that is on the person of a case of theirs. Raises NotFound and NotPermitted."""
    with settings.PLACE.store.reading() as view:
        file = _file(request, view, device_id)
        worn = file.worn
        if worn is None:
            raise NotFound("this device is on nobody")
        require(request, view, Act.FIT_DEVICE, of_case(worn.case_id))
    return file, worn


def _named(serial: str) -> Device | None:
    with settings.PLACE.store.reading() as view:
        return next((one for one in view.devices_like(serial, 100, 0) if one.serial == serial), None)
