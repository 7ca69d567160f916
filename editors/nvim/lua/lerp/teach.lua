-- :Lerp teach and :Lerp forget: concepts of the user's own.
local lerp = require('lerp')
local M = {}

---So many undo steps are looked at.
local MOST_STEPS = 20

---The text that was selected first, until the second one comes: tests look at it.
M.first = nil

local function text_of(buffer)
  return table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), '\n') .. '\n'
end

---A buffer's texts before its last undo steps, the newest first. The buffer itself is not touched: its undo history is read
---into another one.
---@param buffer integer
---@return string[]
function M.befores(buffer)
  local texts, file = {}, vim.fn.fnameescape(vim.fn.tempname())
  vim.api.nvim_buf_call(buffer, function()
    vim.cmd('silent! wundo! ' .. file)
  end)
  local copy = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_lines(copy, 0, -1, false, vim.api.nvim_buf_get_lines(buffer, 0, -1, false))
  vim.bo[copy].undolevels = vim.bo[buffer].undolevels
  vim.api.nvim_buf_call(copy, function()
    -- it is refused when there is no history, or when it is not the history of this text
    if not pcall(vim.cmd, 'silent rundo ' .. file) then
      return
    end
    local now = text_of(copy)
    for _ = 1, MOST_STEPS do
      vim.cmd('silent! undo')
      local text = text_of(copy)
      if text == now then
        return
      end
      table.insert(texts, text)
      now = text
    end
  end)
  vim.api.nvim_buf_delete(copy, { force = true })
  vim.fn.delete(file)
  return texts
end

---Lines without the margin of the first one that is not blank.
local function dedented(lines)
  local margin
  for _, line in ipairs(lines) do
    margin = margin or (line:find('%S') and line:match('^%s*'))
  end
  local out = {}
  for _, line in ipairs(lines) do
    local inside = margin and vim.startswith(line, margin)
    table.insert(out, inside and line:sub(#margin + 1) or (line:gsub('^%s+', '')))
  end
  return vim.trim(table.concat(out, '\n')) .. '\n'
end

local function learned(answer)
  -- one example agrees with itself whatever it is
  local several = ('%d examples, agreement %d%%'):format(answer.pairs, answer.confidence * 100 + 0.5)
  local said = ('learned %s from %s.'):format(answer.name, answer.pairs == 1 and '1 example' or several)
  lerp.say(table.concat(vim.list_extend({ said }, answer.warnings), ' '))
end

local function ask(buffer, params, done)
  lerp.send(buffer, 'lerp/teach', params, function(answer)
    if answer then
      learned(answer)
    end
    if done then
      done(answer)
    end
  end)
end

---Teaches from the last undo step that changed the function at the cursor.
---@param name string
---@param done? fun(answer: table?)
function M.last_edit(name, done)
  local buffer = lerp.here()
  if not buffer then
    return
  end
  local place, befores = lerp.place(buffer), M.befores(buffer)
  -- which step changed the function is for the server to say: it parses
  local function try(at)
    if not befores[at] then
      lerp.say('the function at the cursor was not changed in the last undo steps', vim.log.levels.WARN)
      return done and done(nil)
    end
    local params = { name = name, lastEdit = vim.tbl_extend('force', place, { before = befores[at] }) }
    lerp.send(buffer, 'lerp/teach', params, function(answer, err)
      if err and err.code == lerp.FAILED and err.message:find('was not changed', 1, true) then
        return try(at + 1)
      elseif err then
        lerp.tell(err)
      else
        learned(answer)
      end
      if done then
        done(answer)
      end
    end, true)
  end
  try(1)
end

---Teaches from two selections: the function before the edit, then the function after it.
---@param name string
---@param lines integer[] first and last, from 1
---@param done? fun(answer: table?)
function M.selection(name, lines, done)
  local buffer = lerp.here()
  if not buffer then
    return
  end
  local text = dedented(vim.api.nvim_buf_get_lines(buffer, lines[1] - 1, lines[2], false))
  if not M.first or M.first == text then
    M.first = text
    return lerp.say('that is the function before; edit it, or select another one, and run :Lerp teach on it again')
  end
  local example = { before = M.first, after = text }
  M.first = nil
  local uri = vim.uri_from_bufnr(buffer)
  ask(buffer, { name = name, textDocument = { uri = uri }, examples = { example } }, done)
end

---The names of the taught concepts that hold here.
function M.names()
  local names = {}
  for _, concept in ipairs(lerp.concepts()) do
    if concept.origin == 'taught' then
      table.insert(names, concept.name)
    end
  end
  return names
end

---Deletes a taught concept.
---@param name string
---@param done? fun(answer: table?)
function M.forget(name, done)
  local buffer = lerp.here()
  if not buffer then
    return
  end
  local params = { name = name, textDocument = { uri = vim.uri_from_bufnr(buffer) } }
  lerp.send(buffer, 'lerp/forget', params, function(answer)
    if answer then
      lerp.say(('forgot %s (%s)'):format(answer.name, answer.level))
    end
    if done then
      done(answer)
    end
  end)
end

return M
