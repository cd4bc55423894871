"""A broker over MQTT 5, by paho: messages of our subscriptions at QoS 1, each until it is acknowledged.

Promise: a message is acknowledged when the caller says so and never before, and only on the connection that it came by.
After a reconnect the broker gives what was not acknowledged once more, under numbers that may be another message's: so
everything of the connection before is forgotten. The session stays at the broker, also while nobody is here. Held in
memory: IN_FLIGHT_MAX messages of BODY_BYTES_MAX.

What the broker retains is not asked for. What a publisher sends at QoS 0 it may lose, and so may we.

One thread at a time. No call raises because of a broker; the log says that it is away once, until it has worked again,
and nothing of a message.
"""

import logging
import ssl
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client, ConnectFlags, MQTTMessage, topic_matches_sub
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from custodiet.model.errors import Unready
from custodiet.wire.broker import Broker, Message

IN_FLIGHT_MAX = 1000
BODY_BYTES_MAX = 64 * 1024
_PACKET_BYTES_MAX = 2 * BODY_BYTES_MAX + 4096
"""A body, the longest topic, and what stands around them. A broker gives us nothing that is larger."""
KEEPALIVE_S = 60
BACKOFF_S, BACKOFF_S_MAX = 0.5, 30.0
STEADY_S = 60.0
"""A connection that held for so long was a good one: then the next is tried at once."""

_log = logging.getLogger(__name__)


class MqttBus:
    """The promises of entrypoints.source.Bus."""

    def __init__(self, broker: Broker, password: str | None = None, ca_file: Path | None = None) -> None:
        self._broker = broker
        self._password = password
        self._tls = _trust(ca_file) if broker.tls else None
        self._client: Client | None = None
        self._number = 0
        self._unanswered: dict[int, tuple[Message, MQTTMessage]] = {}
        self._backoff_s = BACKOFF_S
        self._again_at = 0.0
        self._connected_at: float | None = None
        self._away = False
        self._overflowed = False

    def waiting(self, wait_s: float) -> Sequence[Message]:
        """Every message that is not acknowledged, oldest first; if there is none, the wait is for one."""
        until = time.monotonic() + wait_s
        while True:
            self._turn(0 if self._unanswered else max(0.0, until - time.monotonic()))
            if self._unanswered or time.monotonic() >= until:
                return [message for message, _ in self._unanswered.values()]

    def acknowledge(self, messages: Iterable[Message]) -> None:
        """These need not come again."""
        for message in messages:
            _, given = self._unanswered.pop(message.number, (None, None))
            if given is not None and given.qos and self._client is not None:
                self._client.ack(given.mid, given.qos)

    def close(self) -> None:
        """Leave in order; the session stays, and what was not acknowledged comes to whoever takes it up."""
        if self._client is not None:
            with suppress(Exception):  # whatever it is, the broker finds out by itself
                self._client.disconnect()
            self._leave()

    # --- the connection ---

    def _turn(self, wait_s: float) -> None:
        """Let the network have its turn: what comes within the wait, and whatever comes with it."""
        if self._client is None:
            if (left_s := self._again_at - time.monotonic()) > 0:
                time.sleep(min(left_s, wait_s))
                return
            self._connect()
            wait_s = min(wait_s, 0.1)
        while (client := self._client) is not None:
            before = self._number
            try:
                went = client.loop(wait_s)
            except Exception as broken:  # noqa: BLE001 - paho promises nothing about bytes that are not MQTT
                self._lost(f"it does not speak MQTT ({type(broken).__name__})")
                return
            if went != MQTTErrorCode.MQTT_ERR_SUCCESS or client.socket() is None:
                self._lost("it went away")
                return
            if self._number == before or len(self._unanswered) >= IN_FLIGHT_MAX:
                return
            wait_s = 0

    def _connect(self) -> None:
        self._unanswered = {at: one for at, one in self._unanswered.items() if not one[1].qos}
        # A new one each time: nothing that was meant for the connection before can go out on this one.
        client = self._client = Client(
            CallbackAPIVersion.VERSION2, self._broker.client_id, protocol=MQTTProtocolVersion.MQTTv5, manual_ack=True
        )
        client.on_connect, client.on_subscribe, client.on_message = self._connected, self._subscribed, self._came
        if self._broker.username is not None:
            client.username_pw_set(self._broker.username, self._password)
        if self._tls is not None:
            client.tls_set_context(self._tls)
        asked = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        asked.ReceiveMaximum = IN_FLIGHT_MAX
        asked.MaximumPacketSize = _PACKET_BYTES_MAX
        asked.SessionExpiryInterval = self._broker.session_s
        try:
            client.connect(self._broker.host, self._broker.port, KEEPALIVE_S, clean_start=False, properties=asked)
        except (OSError, ValueError) as error:
            self._lost(f"it cannot be reached ({type(error).__name__})")

    def _connected(
        self, client: Client, _data: Any, _flags: ConnectFlags, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        if reason.is_failure:
            self._lost(f"it turns us away: {reason}")
            return
        self._away, self._connected_at = False, time.monotonic()
        options = SubscribeOptions(qos=1, retainHandling=SubscribeOptions.RETAIN_DO_NOT_SEND)
        client.subscribe([(one.topic, options) for one in self._broker.subscriptions])

    def _subscribed(
        self, _client: Client, _data: Any, _mid: int, reasons: list[ReasonCode], _properties: Properties | None
    ) -> None:
        for number, reason in enumerate(reasons, start=1):
            if reason.is_failure:
                _log.error("the broker refuses subscription %d: %s; start again when it may be had", number, reason)

    def _came(self, _client: Client, _data: Any, given: MQTTMessage) -> None:
        if len(self._unanswered) >= IN_FLIGHT_MAX:
            # At QoS 1 it comes again after a reconnect; at QoS 0 nobody promised it to us.
            if not self._overflowed:
                _log.warning("more came than there is room for: publishers are to send at QoS 1")
            self._overflowed = True
            return
        try:
            topic = given.topic
        except UnicodeDecodeError:
            topic = ""
        by = next((one for one in self._broker.subscriptions if topic_matches_sub(one.topic, topic)), None)
        self._number += 1
        message = Message(self._number, by, topic, bytes(given.payload), given.retain)
        self._unanswered[message.number] = (message, given)

    def _lost(self, why: str) -> None:
        if self._client is None:
            return
        if not self._away:
            _log.warning("no broker: %s; trying again", why)
        self._away = True
        self._leave()
        at = time.monotonic()
        if self._connected_at is not None and at - self._connected_at >= STEADY_S:
            self._backoff_s = BACKOFF_S
        self._connected_at = None
        self._again_at = at + self._backoff_s
        self._backoff_s = min(BACKOFF_S_MAX, self._backoff_s * 2)

    def _leave(self) -> None:
        client, self._client = self._client, None
        open_socket = None if client is None else client.socket()
        if open_socket is not None:
            open_socket.close()


def _trust(ca_file: Path | None) -> ssl.SSLContext:
    """Whose certificates are believed: those of this file, or those that this machine believes."""
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError:
        raise Unready(f"{ca_file} cannot be read, or holds no certificate") from None
