-- :Lerp blend: what lies between the function at the cursor and another one.
local lerp = require('lerp')
local M = {}

---Headers of functions in the open Python buffers, for choosing. The server parses; this only finds lines.
local function others(buffer)
  local items = {}
  for _, other in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(other) and vim.bo[other].filetype == 'python' and lerp.client(other) then
      for number, line in ipairs(vim.api.nvim_buf_get_lines(other, 0, -1, false)) do
        local name = line:match('^%s*def%s+([^%s(]+)') or line:match('^%s*async%s+def%s+([^%s(]+)')
        if name then
          local file = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(other), ':.')
          table.insert(items, { name = name, buffer = other, line = number, file = file })
        end
      end
    end
  end
  local row = vim.api.nvim_win_get_cursor(0)[1]
  local own
  for _, item in ipairs(items) do
    if item.buffer == buffer and item.line <= row then
      own = item
    end
  end
  return vim.tbl_filter(function(item)
    return item ~= own
  end, items)
end

local function blend(item, lines)
  local at = { line = item.line - 1, character = 0 }
  local with = { textDocument = { uri = vim.uri_from_bufnr(item.buffer) }, range = { start = at, ['end'] = at } }
  require('lerp.pick').open({ lines = lines, blend = with, title = 'blend with ' .. item.name })
end

---@param name? string of the other function; chosen when not given
---@param lines? integer[] first and last, from 1
function M.open(name, lines)
  local buffer = lerp.here()
  if not buffer then
    return
  end
  local items = others(buffer)
  if name then
    items = vim.tbl_filter(function(item)
      return item.name == name
    end, items)
  end
  if #items == 0 then
    local what = name and ('function ' .. name) or 'other function'
    return lerp.say(('there is no %s in the open Python files'):format(what), vim.log.levels.WARN)
  elseif name and #items == 1 then
    return blend(items[1], lines)
  end
  local options = {
    prompt = 'lerp: blend with',
    format_item = function(item)
      return ('%s  %s:%d'):format(item.name, item.file, item.line)
    end,
  }
  vim.ui.select(items, options, function(item)
    if item then
      blend(item, lines)
    end
  end)
end

---The names to complete.
function M.names()
  local names = {}
  for _, item in ipairs(others(vim.api.nvim_get_current_buf())) do
    names[item.name] = true
  end
  names = vim.tbl_keys(names)
  table.sort(names)
  return names
end

return M
