"""The explorer's page: Gradio's controls over `views`, served on this machine alone unless another address is named."""

import base64
import html
import os
import socket
import urllib.parse

from ganzoo.errors import UserError
from ganzoo.explore.views import AXES, KINDS, TABS, View
from ganzoo.figures import headed, sheet
from ganzoo.optional import optional
from ganzoo.pictures import png

LOOPBACK = ("127.0.0.1", "localhost", "::1")
# Everything that the page needs is served by it: nothing is fetched from, or sent to, anywhere else.
POLICY = "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; connect-src 'self' data: blob:; frame-ancestors 'self'"
FONTS = ["system-ui", "sans-serif"], ["ui-monospace", "monospace"]
ADDED, TAKEN = "add", "take away"


def gradio():
    """Gradio, told to be silent and offline before it is imported.

    Raises:
        UserError: it is not installed.
    """
    os.environ.update(GRADIO_ANALYTICS_ENABLED="False", HF_HUB_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1")
    return optional("gradio", "explore", "the explorer")


class Page:
    """The page of some models.

    Args:
        models: one or two `views.Looked`.
        names: what the command line called them.
    """

    def __init__(self, models, names):
        self.gr, self.models, self.names = gradio(), models, names

    def blocks(self):
        """The page, as blocks of Gradio."""
        gr, options = self.gr, {}
        for looked in self.models:
            options |= looked.sampler.options
        self.classes = next((list(m.sampler.class_names) for m in self.models if m.sampler.class_names), [])
        with gr.Blocks(title=f"ganzoo: {' and '.join(self.names)}", analytics_enabled=False, fill_width=True) as page:
            gr.Markdown(f"## {' and '.join(self.names)}")
            with gr.Row():
                seed = gr.Number(0, label="seed", precision=0, elem_id="seed")
                count = gr.Slider(1, 64, 16, step=1, label="samples", elem_id="count")
                label = self._label("label" in options)
                caption = gr.Textbox(label="caption of all", visible="caption" in options, elem_id="caption", placeholder="any")
                code = gr.Textbox(label="code values", visible="code" in options, elem_id="code", placeholder="3,nan,0.5")
                truncation = gr.Textbox(
                    label="truncation", visible="truncation" in options, elem_id="truncation", placeholder="none"
                )
            common = [seed, count, label, caption, code, truncation]
            pictures, gallery = {}, None
            with gr.Tabs(elem_id="tabs") as tabs:
                with gr.Tab("Samples", id="samples"):
                    pictures["samples"] = self._pictures("samples")
                with gr.Tab("Between two seeds", id="between"):
                    with gr.Row():
                        to = gr.Number(1, label="other seed", precision=0, elem_id="to")
                        place = gr.Slider(0, 1, 0.5, step=0.01, label="way from the one to the other", elem_id="place")
                        turning = gr.Checkbox(False, label="turning", elem_id="turning")
                    pictures["between"] = self._pictures("between")
                with gr.Tab("Directions", id="directions"):
                    kind = gr.Radio(list(KINDS), value=KINDS[0], label="sliders move along", elem_id="kind")
                    with gr.Row():
                        values = [
                            gr.Slider(-4, 4, 0, step=0.1, label=f"axis {n}", elem_id=f"axis{n}", min_width=190)
                            for n in range(AXES)
                        ]
                    pictures["directions"] = self._pictures("directions")
                with gr.Tab("Arithmetic", id="arithmetic"):
                    with gr.Row():
                        sign = gr.Radio([ADDED, TAKEN], value=ADDED, label="a click on a sample", elem_id="sign")
                        plus = gr.Textbox(label="added", elem_id="plus")
                        minus = gr.Textbox(label="taken away", elem_id="minus")
                        clear = gr.Button("clear", elem_id="clear")
                    gallery = gr.Gallery(
                        columns=8, height=330, allow_preview=False, show_label=False, elem_id="gallery", buttons=[]
                    )
                    pictures["arithmetic"] = self._pictures("arithmetic")
                with gr.Tab("Twins", id="twins"):
                    gr.Markdown("The closest pairs among the samples of a birthday test; this takes some seconds.")
                    find = gr.Button("find twins", elem_id="find")
                    pictures["twins"] = self._pictures("twins")
            link = gr.Textbox(label="link to this view", interactive=False, elem_id="link", buttons=["copy"])
            command = gr.Textbox(label="command for it", interactive=False, elem_id="command", buttons=["copy"])
            tab = gr.State("samples")
            # What a tab tells before the link was read counts for nothing. No State, which is newer than the values beside it.
            opened = gr.Checkbox(False, visible=False)
            inputs = [tab, *common, to, place, turning, kind, *values, plus, minus]
            shown = [gallery, *(image for name in TABS for image in pictures[name]), link, command]

            def show(request: gr.Request, is_open, *given):
                return self.update(view_of(*given), origin(request)) if is_open else [gr.skip()] * len(shown)

            def show_sum(request: gr.Request, is_open, *given):
                _, *rest = show(request, is_open, *given)
                return [gr.skip(), *rest]  # the samples that are clicked on stay

            def open_link(request: gr.Request):
                try:
                    view = View.of(urllib.parse.urlencode(dict(request.query_params)))
                except UserError as error:
                    gr.Warning(str(error))
                    view = View()
                return [True, gr.Tabs(selected=view.tab), *self.controls(view), *self.update(view, origin(request))]

            def choose(sign, plus, minus, chosen: gr.SelectData):
                number = str(chosen.index)
                if sign == ADDED:
                    return ",".join(filter(None, [plus, number])), minus
                return plus, ",".join(filter(None, [minus, number]))

            def named(kind):
                names, _ = self.models[0].vectors(kind)
                return [gr.Slider(label=names[n] if n < len(names) else "-") for n in range(AXES)]

            page.load(open_link, None, [opened, tabs, *inputs, *shown])
            inputs = [opened, *inputs]
            for one in tabs.children:
                one.select(lambda is_open, now, name=one.id: name if is_open else now, [opened, tab], tab).then(
                    show, inputs, shown
                )
            # What a person does alone: values that a link sets are shown with it.
            changed = [control.input for control in (*common, to, place, turning, *values)]
            changed += [slider.release for slider in (count, place, *values)]
            gr.on(changed, show, inputs, shown, trigger_mode="always_last", show_progress="hidden")
            gr.on([plus.input, minus.input], show_sum, inputs, shown, trigger_mode="always_last", show_progress="hidden")
            kind.input(named, kind, values).then(show, inputs, shown)
            gallery.select(choose, [sign, plus, minus], [plus, minus]).then(show_sum, inputs, shown)
            clear.click(lambda: ("", ""), None, [plus, minus]).then(show_sum, inputs, shown)
            find.click(self.twins, None, pictures["twins"])
        return page

    def _label(self, visible):
        choices = [("any", "")] + [(str(name), str(number)) for number, name in enumerate(self.classes)]
        if not self.classes:
            known = max((m.sampler.num_classes or 0 for m in self.models), default=0)
            choices += [(str(number), str(number)) for number in range(known)]
        return self.gr.Dropdown(choices, value="", label="class label", visible=visible, elem_id="label")

    def _pictures(self, tab):
        with self.gr.Row():
            return [self.gr.HTML(elem_id=f"{tab}{n}", min_height=200) for n in range(len(self.names))]

    def controls(self, view):
        """The values of the controls for a view, in the order of `inputs`."""
        names, _ = self.models[0].vectors(view.kind) if view.tab == "directions" else ([], None)
        values = [
            self.gr.Slider(value=value, label=names[n] if n < len(names) else f"axis {n}")
            for n, value in enumerate(view.values)
        ]
        joined = ("" if part is None else ",".join(f"{x:g}" for x in part) for part in (view.code, view.plus, view.minus))
        code, plus, minus = joined
        label = "" if view.label is None else str(view.label)
        truncation = "" if view.truncation is None else f"{view.truncation:g}"
        common = [view.seed, view.count, label, view.caption or "", code, truncation]
        return [view.tab, *common, view.to, view.place, view.turning, view.kind, *values, plus, minus]

    def update(self, view, at):
        """What the page shows of a view: the gallery, the pictures of every tab, the link, the command.

        Only the pictures of the view's own tab are made; the others stay.
        """
        gr = self.gr
        skip = gr.skip()
        try:
            gallery = skip
            if view.tab == "arithmetic":
                gallery = [(sheet(image[None], 1, 96), str(n)) for n, image in enumerate(self.models[0].samples(view))]
            pictures = []
            for tab in TABS:
                if tab != view.tab or tab == "twins":
                    pictures += [skip] * len(self.models)
                else:
                    pictures += [self.image(looked, view, name) for looked, name in zip(self.models, self.names, strict=True)]
        except UserError as error:
            raise gr.Error(str(error), print_exception=False) from None
        return [gallery, *pictures, f"{at}?{view.query}" if view.query else at, view.command(self.names)]

    def image(self, looked, view, name):
        """One model's picture, its line above it, as HTML."""
        shown, line = looked.picture(view)
        content = base64.b64encode(png(headed(shown, f"{name}: {line}"))).decode()
        return f'<img alt="{html.escape(f"{name}: {line}")}" src="data:image/png;base64,{content}">'

    def twins(self):
        """The twins of each model."""
        try:
            return [self.image(looked, View(tab="twins"), name) for looked, name in zip(self.models, self.names, strict=True)]
        except UserError as error:
            raise self.gr.Error(str(error), print_exception=False) from None


def view_of(tab, seed, count, label, caption, code, truncation, to, place, turning, kind, *rest):
    """The `View` of the controls' values."""
    *values, plus, minus = rest
    given = {"tab": tab, "seed": int(seed or 0), "count": int(count), "to": int(to or 0), "place": place, "kind": kind}
    given |= {"turning": int(turning), "values": ",".join(f"{value:g}" for value in values), "plus": plus, "minus": minus}
    given |= {"label": label, "caption": caption, "code": code, "truncation": truncation}
    import gradio

    try:
        return View.of(urllib.parse.urlencode({name: value for name, value in given.items() if value not in (None, "")}))
    except UserError as error:
        raise gradio.Error(str(error), print_exception=False) from None


def origin(request):
    """The address that a page was opened under."""
    return f"http://{request.headers.get('host', '127.0.0.1')}/"


class Policy:
    """ASGI middleware: browsers are told to fetch nothing from elsewhere for what is served here."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        async def with_policy(message):
            if message["type"] == "http.response.start":
                headers = ((b"content-security-policy", POLICY.encode()), (b"referrer-policy", b"no-referrer"))
                message = {**message, "headers": [*message.get("headers", ()), *headers]}
            await send(message)

        await self.app(scope, receive, with_policy)


def application(page, host):
    """The page as an ASGI application that fetches nothing from elsewhere; a loopback address answers to its own name alone."""
    import fastapi
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    gr = page.gr
    app = fastapi.FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(Policy)
    if host in LOOPBACK:
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost", "[::1]"])

    theme = gr.themes.Base(font=FONTS[0], font_mono=FONTS[1])
    return gr.mount_gradio_app(
        app, page.blocks(), path="/", server_name=host, theme=theme, ssr_mode=False, footer_links=[], run_history=False
    )


def listening_on(host, port):
    """A socket that listens on an address; port 0 takes a free one.

    Raises:
        UserError: it cannot be listened on.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        opened = socket.socket(family, kind, protocol)
    except OSError as error:
        raise UserError(f"cannot listen on {host}: {error.strerror or error}") from None
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind(address)
        opened.listen()  # a bound socket alone would not tell that another one listens
    except OSError as error:
        opened.close()
        why = error.strerror or error
        raise UserError(f"cannot listen on {host}, port {port}: {why}; --port 0 takes a free one") from None
    return opened


def server_of(page, host):
    """The uvicorn.Server of a page."""
    import uvicorn

    return uvicorn.Server(uvicorn.Config(application(page, host), log_level="error"))


def serve(page, host, port, log=print):
    """Serves a page until it is interrupted.

    Args:
        page: a `Page`.
        host, port: where; port 0 takes a free one.
        log: called with lines for the user.

    Raises:
        UserError: the address cannot be listened on.
    """
    with listening_on(host, port) as opened:
        shown = f"[{host}]" if ":" in host else host
        log(f"http://{shown}:{opened.getsockname()[1]}/ (Ctrl-C ends it)")
        if host not in LOOPBACK:
            log(f"whoever reaches {host} can use these models: there is no password")
        server_of(page, host).run(sockets=[opened])
