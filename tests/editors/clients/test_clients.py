"""The binary with the real model, spoken to by a client that is not ours, with the abilities that real editors announce."""

import ast
import asyncio
import os
import tomllib
from pathlib import Path

import pytest
import pytest_lsp
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

TEXT = '''def first(items, wanted):
    # é😀
    if wanted == None:
        return items
    return items[0]


def second(items):
    found = []
    for item in items:
        found.append(item.name)
    return found
'''
KIND = "refactor.rewrite.lerp.add.none-comparison"

# what Helix and small clients say, as far as it matters here: no dynamic registration, no versioned edits, no progress
SMALL = types.ClientCapabilities(
    general=types.GeneralClientCapabilities(position_encodings=[types.PositionEncodingKind.Utf8]),
    text_document=types.TextDocumentClientCapabilities(
        code_action=types.CodeActionClientCapabilities(
            code_action_literal_support=types.ClientCodeActionLiteralOptions(
                types.ClientCodeActionKindOptions(value_set=[types.CodeActionKind.RefactorRewrite])
            ),
            data_support=True,
            resolve_support=types.ClientCodeActionResolveOptions(properties=["edit"]),
        )
    ),
)
# what Helix says, as far as it matters here
HELIX = types.ClientCapabilities(
    general=types.GeneralClientCapabilities(
        position_encodings=[
            types.PositionEncodingKind.Utf8,
            types.PositionEncodingKind.Utf32,
            types.PositionEncodingKind.Utf16,
        ]
    ),
    workspace=types.WorkspaceClientCapabilities(
        configuration=True,
        workspace_folders=True,
        workspace_edit=types.WorkspaceEditClientCapabilities(document_changes=True),
        did_change_configuration=types.DidChangeConfigurationClientCapabilities(dynamic_registration=False),
    ),
    text_document=types.TextDocumentClientCapabilities(
        code_action=types.CodeActionClientCapabilities(
            code_action_literal_support=types.ClientCodeActionLiteralOptions(
                types.ClientCodeActionKindOptions(value_set=["", types.CodeActionKind.RefactorRewrite])
            ),
            is_preferred_support=True,
            disabled_support=True,
            data_support=True,
            resolve_support=types.ClientCodeActionResolveOptions(properties=["edit", "command"]),
        )
    ),
    window=types.WindowClientCapabilities(work_done_progress=True),
)
# teaching takes seconds, and asks nothing of a client's abilities
TEACHING = ["small", "visual-studio-code"]
CLIENTS = ["small", "bare", "helix", "emacs", "neovim@v0.10", "neovim@v0.11", "visual-studio-code"]


ROOT = Path(__file__).parents[3]


def documented() -> dict:
    """Helix's configuration, as the documents have it: Helix sends `config` as initializationOptions."""
    text = (ROOT / "docs/editors.md").read_text()
    block = text.split("## Helix")[1].split("```toml\n")[1].split("```")[0]
    assert block in (ROOT / "editors/PROTOCOL.md").read_text()
    return tomllib.loads(block)


def abilities(name: str) -> types.ClientCapabilities:
    made = {"small": SMALL, "bare": types.ClientCapabilities(), "helix": HELIX}
    return made.get(name) or client_capabilities(name)


@pytest_lsp.fixture(params=CLIENTS, config=ClientServerConfig(server_command=[os.environ["LERP_TEST_BINARY"], "server"]))
async def client(request, lsp_client: LanguageClient):
    lsp_client.name, lsp_client.registered, lsp_client.applied = request.param, [], []

    @lsp_client.feature(types.CLIENT_REGISTER_CAPABILITY)
    def register(params: types.RegistrationParams) -> None:
        lsp_client.registered += [one.method for one in params.registrations]

    @lsp_client.feature(types.WORKSPACE_APPLY_EDIT)
    def apply(params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
        lsp_client.applied.append(params.edit)
        return types.ApplyWorkspaceEditResult(applied=True)

    lsp_client.set_configuration({"lerp": {"confidence": 0.0, "tests": "none"}})
    can = abilities(request.param)
    options = {"confidence": 0.0}
    if request.param == "helix":
        server = documented()["language-server"]["lerp"]
        assert [server["command"], *server["args"]] == ["lerp", "server"]
        assert "lerp" in documented()["language"][0]["language-servers"]
        options |= server["config"]
        # asked for a section that the configuration does not have, it answers null
        lsp_client.set_configuration(server["config"])
    answer = await lsp_client.initialize_session(
        types.InitializeParams(capabilities=can, initialization_options=options)
    )
    lsp_client.encoding = answer.capabilities.position_encoding
    yield lsp_client
    await lsp_client.shutdown_session()
    # nobody is asked for what he did not say that he can
    changes = can.workspace and can.workspace.did_change_configuration
    announced = bool(changes and changes.dynamic_registration)
    assert lsp_client.registered == (["workspace/didChangeConfiguration"] if announced else [])


def opened(client: LanguageClient, folder: Path) -> str:
    (folder / "pyproject.toml").write_text("")
    uri = (folder / "a.py").as_uri()
    item = types.TextDocumentItem(uri=uri, language_id="python", version=1, text=TEXT)
    client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    return uri


def at(line: int) -> types.Range:
    return types.Range(types.Position(line, 4), types.Position(line, 4))


async def actions(client: LanguageClient, uri: str, line: int, kind: str) -> list:
    context = types.CodeActionContext(diagnostics=[], only=[kind])
    document = types.TextDocumentIdentifier(uri)
    return await client.text_document_code_action_async(types.CodeActionParams(document, at(line), context)) or []


def edited(edit: types.WorkspaceEdit, uri: str, encoding: str) -> str:
    """The text after the edits; the units of a column are those that were agreed on."""
    edits = list(edit.changes[uri]) if edit.changes else edit.document_changes[0].edits
    codec, unit = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}[encoding]
    lines = [line.encode(codec) for line in TEXT.splitlines(keepends=True)]

    def offset(position: types.Position) -> int:
        return sum(map(len, lines[: position.line])) + position.character * unit

    text = TEXT.encode(codec)
    for one in sorted(edits, key=lambda one: offset(one.range.start), reverse=True):
        text = text[: offset(one.range.start)] + one.new_text.encode(codec) + text[offset(one.range.end) :]
    return text.decode(codec)


async def custom(client: LanguageClient, method: str, params: dict) -> dict:
    return plain(await client.protocol.send_request_async(method, params))


def plain(answer) -> dict:
    """What the client makes of an answer that it does not know."""
    return answer if isinstance(answer, dict) else answer._asdict()


# which of the two is the model's affair; that nothing else is touched is ours
EXPECT = [TEXT.replace("wanted == None", new) for new in ("wanted is None", "wanted is not None")]


@pytest.mark.asyncio
async def test_an_action_is_offered_and_applied(client: LanguageClient, tmp_path: Path):
    uri = opened(client, tmp_path)
    offered = await actions(client, uri, 2, KIND)
    assert [one.title for one in offered] == ["Add: is None"]
    action = offered[0]
    if isinstance(action, types.CodeAction) and action.data is not None:
        action = await client.code_action_resolve_async(action)
        edit = action.edit
        assert "untested" in action.title
    else:
        # clients that resolve nothing get a command
        command = action if isinstance(action, types.Command) else action.command
        name, arguments = command.command, command.arguments
        if name.startswith("{"):
            # this client takes an action that has a command for the command, and makes text of it
            inner = ast.literal_eval(name)
            name, arguments = inner["command"], inner["arguments"]
        params = types.ExecuteCommandParams(name, arguments)
        assert plain(await client.workspace_execute_command_async(params))["applied"]
        [edit] = client.applied
    assert edited(edit, uri, client.encoding or "utf-16") in EXPECT


@pytest.mark.asyncio
async def test_a_stale_version_is_refused(client: LanguageClient, tmp_path: Path):
    uri = opened(client, tmp_path)
    place = {"textDocument": {"uri": uri, "version": 1}, "range": {"start": {"line": 2, "character": 4}}}
    place["range"]["end"] = place["range"]["start"]
    change = types.TextDocumentContentChangeWholeDocument(text=TEXT + "\n")
    document = types.VersionedTextDocumentIdentifier(uri=uri, version=2)
    client.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))
    with pytest.raises(JsonRpcException) as refused:
        await custom(client, "lerp/candidates", {**place, "add": ["none-comparison"]})
    assert refused.value.code == -32801


@pytest.mark.asyncio
async def test_a_concept_is_taught_and_forgotten(client: LanguageClient, tmp_path: Path):
    if client.name not in TEACHING:
        pytest.skip("the same for all")
    uri = opened(client, tmp_path)
    before = "def f(a):\n    print(a)\n    return a\n"
    example = {"before": before, "after": before.replace("    print(a)\n", "")}
    lesson = {"name": "no-prints", "examples": [example], "textDocument": {"uri": uri}}
    learned = await custom(client, "lerp/teach", lesson)
    assert (learned["name"], learned["pairs"], learned["level"]) == ("no-prints", 1, "project")
    assert (tmp_path / ".lerp/concepts/no-prints/concept.toml").exists()
    kind = "refactor.rewrite.lerp.add.no-prints"
    assert [one.title for one in await actions(client, uri, 2, kind)] == ["Add: no prints (taught)"]
    forgotten = await custom(client, "lerp/forget", {"name": "no-prints", "textDocument": {"uri": uri}})
    assert forgotten["forgotten"]
    assert await actions(client, uri, 2, kind) == []


@pytest.mark.asyncio
async def test_two_servers_share_nothing_that_breaks(client: LanguageClient, tmp_path: Path):
    if client.name not in TEACHING:
        pytest.skip("the same for all")
    uri = opened(client, tmp_path)
    other = await asyncio.create_subprocess_exec(
        os.environ["LERP_TEST_BINARY"], "teach", "no-prints", "--fast", cwd=tmp_path, stdin=-1, stdout=-3, stderr=-3
    )
    before = "def f(a):\\n    print(a)\\n    return a\\n"
    line = '{"before": "%s", "after": "%s"}\n' % (before, before.replace("    print(a)\\n", ""))
    await other.communicate(line.encode())
    assert other.returncode == 0
    # what another process taught is there at once
    kind = "refactor.rewrite.lerp.remove.no-prints"
    assert len(await actions(client, uri, 2, kind)) == 1
