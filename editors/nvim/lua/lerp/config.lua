-- How the server is found and started.
local M = {}

---@class lerp.Options
---@field cmd? string[] the server; found by itself when not given
---@field settings? table the settings of lerp, as editors/PROTOCOL.md lists them
---@field enable? boolean whether setup() starts the server for Python files; true by default

---@type lerp.Options
M.options = {}

M.root_markers = { 'pyproject.toml', 'setup.py', 'setup.cfg', '.git' }

---The server: the option, the active Python environment, the one of the project, the path.
---@param root? string
---@return string[]
function M.command(root)
  if M.options.cmd then
    return M.options.cmd
  end
  local bin = vim.fn.has('win32') == 1 and 'Scripts' or 'bin'
  local homes = { vim.env.VIRTUAL_ENV, vim.env.CONDA_PREFIX, root and root .. '/.venv' }
  for _, home in pairs(homes) do
    local path = vim.fn.exepath(home .. '/' .. bin .. '/lerp')
    if path ~= '' then
      return { path, 'server' }
    end
  end
  return { 'lerp', 'server' }
end

---What the client is started with, on 0.10 and on 0.11.
function M.client()
  return {
    name = 'lerp',
    -- a function, so that the server is looked for when it is started, in the environment of then
    cmd = function(dispatchers, config)
      local root = config and config.root_dir or vim.fs.root(0, M.root_markers)
      return vim.lsp.rpc.start(M.command(root), dispatchers, { cwd = root })
    end,
    filetypes = { 'python' },
    root_markers = M.root_markers,
    handlers = {
      -- candidates that are known before the answer are for the picker, all else is for Neovim
      ['$/progress'] = function(err, result, context, config)
        local token = result and result.token
        if type(token) == 'string' and vim.startswith(token, 'lerp-pick-') then
          return require('lerp.pick').partial(token, result.value)
        end
        return vim.lsp.handlers['$/progress'](err, result, context, config)
      end,
    },
    settings = { lerp = M.options.settings or vim.empty_dict() },
    -- one server serves files outside of any project too
    workspace_required = false,
  }
end

return M
