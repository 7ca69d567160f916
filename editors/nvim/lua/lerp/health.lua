-- :checkhealth lerp
local M = {}

local function run(command)
  local ok, job = pcall(vim.system, command, { text = true })
  if not ok then
    return nil
  end
  local result = job:wait(20000)
  return result.code, vim.trim((result.stdout or '') .. (result.stderr or ''))
end

function M.check()
  local health = vim.health
  health.start('lerp')
  if vim.fn.has('nvim-0.10') == 0 then
    health.error('Neovim 0.10 or later is needed')
    return
  end
  health.ok('Neovim ' .. tostring(vim.version()))
  local clients = vim.lsp.get_clients({ name = 'lerp' })
  local config = require('lerp.config')
  local command = clients[1] and clients[1].config.cmd
  -- a function is our own, which looks for it
  if type(command) ~= 'table' then
    command = config.command(vim.fs.root(0, config.root_markers))
  end
  if vim.fn.executable(command[1]) == 0 then
    health.error(('the server is not found: %s'):format(command[1]), {
      'install it: pip install lerp',
      "or name it: require('lerp').setup({ cmd = { '/path/to/lerp', 'server' } })",
    })
    return
  end
  local code, version = run({ command[1], '--version' })
  if code ~= 0 then
    health.warn(('%s does not say its version'):format(command[1]))
  else
    health.ok(('%s: %s'):format(command[1], version))
    local doctor_code, doctor = run({ command[1], 'doctor' })
    local say = doctor_code == 0 and health.ok or health.warn
    say('lerp doctor:\n' .. (doctor or ''))
  end
  if #clients == 0 then
    health.info("the server does not run; open a Python file after vim.lsp.enable('lerp') or require('lerp').setup()")
  end
  for _, client in ipairs(clients) do
    health.ok(('running: client %d, positions in %s'):format(client.id, client.offset_encoding))
  end
end

return M
