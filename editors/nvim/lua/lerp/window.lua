-- A floating window with text that can only be read.
local M = {}

---@param lines string[]
---@param options { title: string, filetype?: string, width?: integer, height?: integer, row?: integer, col?: integer, enter?: boolean, footer?: string }
---@return integer window
---@return integer buffer
function M.open(lines, options)
  local buffer = vim.api.nvim_create_buf(false, true)
  M.write(buffer, lines)
  vim.bo[buffer].bufhidden = 'wipe'
  vim.bo[buffer].filetype = options.filetype or ''
  local widest = 1
  for _, line in ipairs(lines) do
    widest = math.max(widest, vim.fn.strdisplaywidth(line))
  end
  local width = math.max(math.min(options.width or widest, vim.o.columns - 4), 1)
  local height = math.max(math.min(options.height or #lines, vim.o.lines - 6), 1)
  local window = vim.api.nvim_open_win(buffer, options.enter ~= false, {
    relative = 'editor',
    width = width,
    height = height,
    row = options.row or math.floor((vim.o.lines - height) / 2 - 1),
    col = options.col or math.floor((vim.o.columns - width) / 2),
    style = 'minimal',
    border = 'rounded',
    title = options.title,
    footer = options.footer,
  })
  vim.wo[window].cursorline = true
  for _, key in ipairs({ 'q', '<Esc>' }) do
    vim.keymap.set('n', key, '<Cmd>close<CR>', { buffer = buffer, nowait = true })
  end
  return window, buffer
end

---@param buffer integer
---@param lines string[]
function M.write(buffer, lines)
  vim.bo[buffer].modifiable = true
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, lines)
  vim.bo[buffer].modifiable = false
end

return M
