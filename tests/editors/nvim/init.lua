-- A configuration with nothing but lerp's plug-in. STYLE says how it is set up.
vim.opt.swapfile = false
vim.cmd('filetype plugin on')

local cmd = { vim.env.LERP_TEST_SERVER }
local style = vim.env.STYLE
local function add_plugin()
  vim.opt.runtimepath:prepend(vim.env.LERP_NVIM_PLUGIN)
  vim.cmd('runtime plugin/lerp.lua')
end
if style ~= 'lazy' then
  add_plugin()
end
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
elseif style == 'lazy' then
  -- what lazy.nvim does with `ft`, `cmd` and `opts`: the plug-in is nowhere until a Python file is opened or :Lerp is typed, then
  -- it is set up, and what woke it happens again
  local function load()
    vim.api.nvim_del_user_command('Lerp')
    vim.api.nvim_del_augroup_by_name('stand-in for lazy.nvim')
    add_plugin()
    require('lerp').setup({ cmd = cmd, settings = { candidates = 3 } })
  end
  vim.api.nvim_create_user_command('Lerp', function(typed)
    load()
    vim.cmd({ cmd = 'Lerp', args = typed.fargs })
  end, { nargs = '*', range = true })
  vim.api.nvim_create_autocmd('FileType', {
    group = vim.api.nvim_create_augroup('stand-in for lazy.nvim', {}),
    pattern = 'python',
    callback = function(event)
      load()
      vim.api.nvim_exec_autocmds('FileType', { buffer = event.buf, modeline = false })
    end,
  })
elseif style == 'missing' then
  require('lerp').setup({ cmd = { vim.env.LERP_TEST_SERVER, 'missing' } })
end
