-- A configuration with nothing but lerp's plug-in. STYLE says how it is set up.
vim.opt.runtimepath:prepend(vim.env.LERP_NVIM_PLUGIN)
vim.opt.swapfile = false
vim.cmd('filetype plugin on')
vim.cmd('runtime plugin/lerp.lua')

local cmd = { vim.env.LERP_TEST_SERVER }
local style = vim.env.STYLE
if style == 'enable' then
  -- 0.11: the file in lsp/, and a setting of the user's over it
  vim.lsp.config('lerp', { cmd = cmd })
  vim.lsp.enable('lerp')
elseif style == 'setup' then
  -- a plug-in manager's `opts`
  require('lerp').setup({ cmd = cmd, settings = { candidates = 3 } })
elseif style == 'start' then
  -- what setup() does on 0.10
  require('lerp.config').options = { cmd = cmd }
  vim.api.nvim_create_autocmd('FileType', {
    pattern = 'python',
    callback = function(event)
      require('lerp').start(event.buf)
    end,
  })
elseif style == 'missing' then
  require('lerp').setup({ cmd = { vim.env.LERP_TEST_SERVER, 'missing' } })
end
