"""The whole demo cluster in one process: API, S3, engine and scenes, and the files that lead there.

This is what `argo-tui demo-cluster` serves in front and `--demo` serves in a child process.
"""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass

from tui.demo import kubeconfig, nodes
from tui.demo.access import Access
from tui.demo.bucket import Bucket
from tui.demo.clock import LoopClock
from tui.demo.engine.engine import APART, Engine
from tui.demo.engine.place import S3Place
from tui.demo.folder import Folder
from tui.demo.podlogs import PodLogs
from tui.demo.s3 import application
from tui.demo.scenes import load
from tui.demo.server import HOST, ApiServer, Port
from tui.demo.store import Store
from tui.errors import SettingsError

NAMESPACE = "argo"
"""The namespace of the kubeconfig's contexts, and the one the least account may see."""
BUCKET = "artifacts"
S3_ACCESS_KEY = "demo"


@dataclass(frozen=True, slots=True)
class Options:
    """How the cluster is to be."""

    port: int = 0
    speed: float = 1.0
    seed: int = 0
    scale: int = 0
    """How many generated workflows besides the scenes."""
    plain_http: bool = False
    requeue: float = APART
    """The least seconds between two looks of the controller at one workflow."""
    scenes: tuple[str, ...] = ()
    """Files of `sources/scene.py`, which are put in besides."""
    offload: bool = False
    """Whether the nodes of all workflows are in a database."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Where the cluster is, for whoever started it."""

    url: str
    kubeconfig: str
    folder: str
    admin_token: str
    s3_endpoint: str
    """A URL, for `endpoint_url`."""
    s3_bucket: str
    s3_access_key: str
    s3_secret_key: str

    def as_dict(self) -> dict[str, str]:
        """For sending it to another process."""
        return asdict(self)


class DemoCluster:
    """A cluster that runs on the loop it is started on, with a folder of its own."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._clock = LoopClock(options.speed)
        self._store = Store(self._clock, seed=options.seed)
        self._logs = PodLogs()
        self._bucket = Bucket(BUCKET, self._clock.now)
        self._folder = Folder()
        self.folder = self._folder.path
        self._authority: bytes | None = None
        self._server: ApiServer | None = None
        self._engine: Engine | None = None
        self._s3 = Port()

    async def start(self) -> Facts:
        """Listen on all ports; raises SettingsError where that cannot be."""
        secret = secrets.token_urlsafe(24)
        buckets = {BUCKET: self._bucket}
        await self._s3.open(application(buckets, S3_ACCESS_KEY, secret), raw_bodies=True)
        place = S3Place(f"{HOST}:{self._s3.number}", BUCKET, S3_ACCESS_KEY, secret)
        self._engine = Engine(
            self._store,
            self._clock,
            self._logs,
            self._bucket,
            seed=self._options.seed,
            s3=place,
            requeue=self._options.requeue,
            offload=self._options.offload,
        )
        self._server = ApiServer(
            self._store,
            # kubectl and client-go keep tokens to themselves where there is no TLS.
            access=Access(NAMESPACE, nameless="demo" if self._options.plain_http else ""),
            logs=self._logs,
            metrics=self._engine.pod_metrics,
        )
        self._server.tokens_changed = self._write_kubeconfig
        await self._listen(self._server)
        self._write_kubeconfig()
        return self._facts(self._server, place)

    def furnish(self) -> None:
        """Live through the past and put the scenes in; from then on the engine runs.

        No request is answered meanwhile, so nobody sees half of it.
        """
        assert self._engine is not None and self._server is not None, "start comes first"
        load(
            self._store,
            self._engine,
            self._clock,
            self._bucket,
            self._logs,
            seed=self._options.seed,
            scale=self._options.scale,
            saved_scenes=self._options.scenes,
        )
        nodes.put(self._store, self._clock.now(), self._server.url)
        # Nobody watched the past: watches begin with what there is now.
        self._store.compact()

    def _facts(self, server: ApiServer, place: S3Place) -> Facts:
        return Facts(
            url=server.url,
            kubeconfig=str(self.folder / kubeconfig.NAME),
            folder=str(self.folder),
            admin_token=server.access.admin_token,
            s3_endpoint=f"http://{place.endpoint}",
            s3_bucket=place.bucket,
            s3_access_key=place.access_key,
            s3_secret_key=place.secret_key,
        )

    async def _listen(self, server: ApiServer) -> None:
        context = None
        if not self._options.plain_http:
            from tui.demo import tls

            made = tls.identity(self.folder)
            self._authority, context = made.authority, made.context
        try:
            await server.start(self._options.port, context)
        except OSError as error:
            raise SettingsError(
                f"the demo cluster cannot listen on port {self._options.port}: {error.strerror}",
                hint="choose another --port, or none",
            ) from error

    def _write_kubeconfig(self) -> None:
        if self._server is not None:
            users = self._server.access.users
            kubeconfig.write(self.folder, self._server.url, self._authority, users, NAMESPACE)

    async def stop(self) -> None:
        """Serve no more, and leave no file behind."""
        try:
            if self._engine is not None:
                self._engine.stop()
            if self._server is not None:
                await self._server.stop()
            await self._s3.close()
        finally:
            self._folder.remove()
