"""What Rasa 3.6.21 does in every turn with the same result, or at the start for nobody. Installed by remote.py; nothing a customer reads changes."""

from __future__ import annotations

import asyncio
import atexit
import weakref
from functools import cached_property, lru_cache
from typing import Any

import aiohttp
from rasa.core.actions.action import RemoteAction
from rasa.core.constants import DEFAULT_REQUEST_TIMEOUT
from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import GraphNode, GraphSchema, SchemaNode
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.storage import ModelMetadata
from rasa.graph_components.providers.domain_provider import DomainProvider
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, Event, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from persona.rasa_adapter.walked import Finding, walked
from persona.tickets.handover import TRANSCRIPT

IDLE = 2.0  # seconds an unused connection is kept; rasa_sdk closes it after 5, and a request must not meet that moment
RECENT = 10  # messages of the customer whose events an action gets whole
WORDED = TRANSCRIPT  # messages before those that it gets with their text: a clerk reads so many
_call_format = RemoteAction._action_call_format
_find_type = Event.resolve_by_type
_read_metadata = ModelMetadata.from_dict
_open_archive = LocalModelStorage.from_model_archive.__func__
_load_domain = DomainProvider.load.__func__
_domains: weakref.WeakKeyDictionary[LocalModelStorage, Domain] = weakref.WeakKeyDictionary()
_SPOKEN = frozenset(kind.type_name for kind in (UserUttered, BotUttered))
_ANSWER = ("response", "episode")  # what actions/ read of an answer's metadata, however long ago it was given
_SHEET = "sheet"  # and of a product's, to tell which were shown
_connections: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, aiohttp.TCPConnector] = weakref.WeakKeyDictionary()
_types: dict[str, type[Event]] = {}


class InOrder(DaskGraphRunner):
    """Runs a trained model's graph: the components one after the other. Dask plans the same few steps anew for every message."""

    _plans: dict[tuple[str, ...], list[tuple[str, GraphNode, list[str]]]]

    def run(self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None) -> dict[str, Any]:
        """The outputs of `targets`, as the graph runner it replaces gives them."""
        wanted = tuple(targets or self._graph_schema.target_names)
        given = {name: (name, value) for name, value in (inputs or {}).items()}
        plans = self.__dict__.setdefault("_plans", {})
        if wanted not in plans:
            plans[wanted] = self._plan(wanted)
        done: dict[str, Any] = {}
        try:
            for name, node, needs in plans[wanted]:
                done[name] = node(*(done[need] if need in done else given.get(need, need) for need in needs))
        except RuntimeError as error:
            raise GraphRunError("Error running runner.") from error
        return dict(done[name] for name in wanted)

    def _plan(self, targets: tuple[str, ...]) -> list[tuple[str, GraphNode, list[str]]]:
        """The components the targets need, each after those it needs."""
        nodes = self._graph_schema.minimal_graph_schema(list(targets)).nodes
        plan: dict[str, tuple[str, GraphNode, list[str]]] = {}

        def add(name: str) -> None:
            if name in nodes and name not in plan:
                needs = list(nodes[name].needs.values())
                for need in needs:
                    add(need)
                plan[name] = (name, self._instantiated_nodes[name], needs)

        for name in nodes:
            add(name)
        return list(plan.values())


def event_type(type_name: str, default: type[Event] | None = None) -> type[Event] | None:
    """The class of an event. Rasa goes through all subclasses there are, for each event it reads."""
    found = _types.get(type_name)
    if found is None:
        found = _find_type(type_name, default)
        if found is not None and found is not default:
            _types[type_name] = found
    return found


def session(self: EndpointConfig) -> aiohttp.ClientSession:
    """A session as Rasa makes it for each request, on connections that outlive it: making a new one costs as much as
    the request itself."""
    loop = asyncio.get_running_loop()
    kept = _connections.get(loop)
    if kept is None or kept.closed:
        kept = _connections[loop] = aiohttp.TCPConnector(keepalive_timeout=IDLE)
    auth = aiohttp.BasicAuth(self.basic_auth["username"], self.basic_auth["password"]) if self.basic_auth else None
    timeout = aiohttp.ClientTimeout(total=DEFAULT_REQUEST_TIMEOUT)
    return aiohttp.ClientSession(headers=self.headers, auth=auth, timeout=timeout, connector=kept, connector_owner=False)


@atexit.register
def _hang_up() -> None:
    for kept in list(_connections.values()):
        kept._close()  # at once, as aiohttp's own close() does before it has something to await


class Told(Finding):
    """What an action is told of the session's messages when they are long past: who spoke, and which answer it was."""

    def __init__(self) -> None:
        self.events: list[UserUttered | BotUttered] = []
        self.brief: list[dict[str, Any]] = []

    def add(self, event: Event) -> None:
        """A session's start forgets what was said before it."""
        if event.type_name == SessionStarted.type_name:
            self.events, self.brief = [], []
        elif event.type_name in _SPOKEN:
            self.events.append(event)
            self.brief.append(_brief(event))


def action_call(self: RemoteAction, tracker: DialogueStateTracker, domain: Domain) -> dict[str, Any]:
    """What the action server is told: of the last messages everything, of those before what was said, of the session's
    others which answers were given.

    Rasa sends every event with all the classifier thought of it; after an hour's talk that is most of a turn.
    """
    recent, asked = [], 0
    for event in reversed(tracker.events):
        recent.append(event)
        asked += event.type_name == UserUttered.type_name
        if asked == RECENT:
            break
    if len(recent) == len(tracker.events):
        everything: dict[str, Any] = _call_format(self, tracker, domain)
        return everything
    whole = DialogueStateTracker.__new__(DialogueStateTracker)
    whole.__dict__.update(tracker.__dict__)
    whole.events = tracker.events.__class__(reversed(recent))
    call: dict[str, Any] = _call_format(self, whole, domain)
    told = walked(tracker, Told)
    before = len(told.events) - sum(event.type_name in _SPOKEN for event in recent)
    if before > 0:
        wordless = max(before - WORDED, 0)
        worded = [{**told.brief[place], "text": told.events[place].text} for place in range(wordless, before)]
        call["tracker"]["events"][:0] = [{"event": SessionStarted.type_name}, *told.brief[:wordless], *worded]
    return call


def _brief(event: UserUttered | BotUttered) -> dict[str, Any]:
    found: dict[str, Any] = {"event": event.type_name}
    if event.type_name == BotUttered.type_name:
        said = event.metadata.get("metadata") or {}
        found["metadata"] = {"metadata": {name: said[name] for name in _ANSWER if name in said}}
        if _SHEET in event.metadata:
            found["metadata"][_SHEET] = event.metadata[_SHEET]
    return found


@lru_cache(maxsize=1)
def _nothing() -> dict[str, Any]:
    empty: dict[str, Any] = Domain.empty().as_dict()
    return empty


def is_empty(self: Domain) -> bool:
    """Whether a domain holds nothing. Rasa makes an empty one for each message, to compare."""
    return bool(self.as_dict() == _nothing())


class Unread(GraphSchema):
    """The graph that trained a model, read when somebody asks for it: its classes import TensorFlow, and to answer needs none of them."""

    def __init__(self, serialized: dict[str, Any]) -> None:
        self._serialized = serialized

    @cached_property
    def nodes(self) -> dict[str, SchemaNode]:
        """As Rasa reads them."""
        read: dict[str, SchemaNode] = GraphSchema.from_dict(self._serialized).nodes
        return read


def metadata(serialized: dict[str, Any]) -> ModelMetadata:
    """What stands in a model's archive about it; the graph that trained it is left unread."""
    made = _read_metadata({**serialized, "train_schema": {"nodes": {}}})
    made.train_schema = Unread(serialized["train_schema"])
    return made


def from_archive(cls: type[LocalModelStorage], *args: Any, **kwargs: Any) -> tuple[LocalModelStorage, ModelMetadata]:
    """A model's storage, which remembers the domain that the archive's metadata hold."""
    storage, told = _open_archive(cls, *args, **kwargs)
    _domains[storage] = told.domain
    return storage, told


def load_domain(cls: type[DomainProvider], config: dict[str, Any], model_storage: Any, resource: Any, *args: Any, **kwargs: Any) -> DomainProvider:
    """The domain for the components. The archive holds it twice; Rasa reads both, and checking the YAML once more against
    its schema is half of the start."""
    domain = _domains.get(model_storage)
    if domain is None:
        loaded: DomainProvider = _load_domain(cls, config, model_storage, resource, *args, **kwargs)
        return loaded
    return cls(model_storage, resource, domain)


def install() -> None:
    """Put these in the place of Rasa's own; remote.py has made sure of the version."""
    import rasa.core.processor

    rasa.core.processor.DaskGraphRunner = InOrder
    Domain.is_empty = is_empty
    Event.resolve_by_type = staticmethod(event_type)
    EndpointConfig.session = session
    ModelMetadata.from_dict = staticmethod(metadata)
    LocalModelStorage.from_model_archive = classmethod(from_archive)
    DomainProvider.load = classmethod(load_domain)
    RemoteAction._action_call_format = action_call
