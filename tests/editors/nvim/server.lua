-- The server's life, and what the plug-in says of itself.
local h = require('harness')
local TEXT, GREET, folder, messages, wait = h.TEXT, h.GREET, h.folder, h.messages, h.wait
local equal, lines, client, open, said = h.equal, h.lines, h.client, h.open, h.said

local tests = {}

tests['the server may die and be started again'] = function()
  open(GREET)
  local first = client().id
  client().rpc.terminate()
  wait('the end of the server', function()
    return client() == nil
  end)
  vim.cmd('Lerp add logging')
  assert(said('not attached'), vim.inspect(messages))
  if vim.env.STYLE == 'start' or vim.fn.has('nvim-0.11') == 0 then
    require('lerp').start(vim.api.nvim_get_current_buf())
  else
    vim.lsp.enable('lerp')
    vim.cmd('doautocmd FileType')
  end
  wait('a new server', function()
    return client() and client().initialized and client().id ~= first
  end)
  vim.cmd('Lerp add logging')
  wait('the edit', function()
    return #lines() > #TEXT
  end)
end

tests['checkhealth has a report'] = function()
  open(GREET)
  vim.cmd('checkhealth lerp')
  local text = table.concat(lines(), '\n')
  assert(text:find('Neovim 0', 1, true) and text:find('running: client', 1, true), text)
  vim.cmd('bwipeout!')
end

tests['the help has its tags'] = function()
  local copy = folder .. '/doc'
  vim.fn.mkdir(copy, 'p')
  vim.fn.writefile(vim.fn.readfile(vim.env.LERP_NVIM_PLUGIN .. '/doc/lerp.txt'), copy .. '/lerp.txt')
  vim.cmd.helptags(copy)
  local tags = table.concat(vim.fn.readfile(copy .. '/tags'), '\n')
  for tag in table.concat(vim.fn.readfile(copy .. '/lerp.txt'), '\n'):gmatch('|(lerp[%w-]+)|') do
    assert(tags:find(tag .. '\t', 1, true), tag)
  end
end

---Without a model there is nothing else to test.
local missing = {}

missing['a missing model is said, and nothing is offered for a while'] = function()
  open(GREET)
  vim.cmd('Lerp add logging')
  wait('the message', function()
    return said('pip install onnxruntime')
  end)
  equal(lines(), TEXT)
  local params = require('lerp').place(0)
  params.context = { diagnostics = {} }
  local answers = vim.lsp.buf_request_sync(0, 'textDocument/codeAction', params, 10000)
  local actions = answers[client().id].result
  -- this client does not say that it shows actions that are disabled
  equal(actions or {}, {})
end

return vim.env.STYLE == 'missing' and missing or tests
