-- lerp for Neovim: the requests behind :Lerp. Needs 0.10 or later.
local config = require('lerp.config')
local M = {}

local new = vim.fn.has('nvim-0.11') == 1
-- RequestCancelled and ContentModified of the protocol
local CANCELLED, STALE = -32800, -32801
-- RequestFailed: the request was right, but can not be done
M.FAILED = -32803

---Sets options, and starts the server for Python files.
---@param options? lerp.Options
function M.setup(options)
  config.options = vim.tbl_extend('force', config.options, options or {})
  if config.options.enable == false then
    return
  end
  if new then
    vim.lsp.config('lerp', config.client())
    vim.lsp.enable('lerp')
    return
  end
  vim.api.nvim_create_autocmd('FileType', {
    group = vim.api.nvim_create_augroup('lerp', {}),
    pattern = 'python',
    callback = function(event)
      M.start(event.buf)
    end,
  })
end

---Starts the server for a buffer, or attaches the one that runs.
---@param buffer integer
function M.start(buffer)
  local client = config.client()
  client.root_dir = vim.fs.root(buffer, config.root_markers)
  return vim.lsp.start(client, { bufnr = buffer })
end

---@param message string
---@param level? integer
function M.say(message, level)
  vim.notify('lerp: ' .. message, level or vim.log.levels.INFO)
end

---The client of a buffer.
function M.client(buffer)
  return vim.lsp.get_clients({ name = 'lerp', bufnr = buffer or 0 })[1]
end

---Sends a request; 0.10 and 0.11 differ in how. Returns what stops it. The handler is called once, in either case.
---@param client vim.lsp.Client
---@param handler fun(err: table?, result: any)
function M.request(client, method, params, handler, buffer)
  local answered = false
  local function answer(err, result)
    if not answered then
      answered = true
      handler(err, result)
    end
  end
  local ok, id
  if new then
    ok, id = client:request(method, params, answer, buffer)
  else
    ok, id = client.request(method, params, answer, buffer)
  end
  return function()
    if not ok or answered then
      return
    elseif new then
      client:cancel_request(id)
    else
      client.cancel_request(id)
    end
    -- Neovim keeps the server's answer to itself
    answer({ code = CANCELLED, message = 'cancelled' })
  end
end

---A place in a buffer, as the requests take it: the cursor, or lines.
---@param lines? integer[] first and last, from 1
function M.place(buffer, lines)
  local client = M.client(buffer)
  local document = { uri = vim.uri_from_bufnr(buffer), version = vim.lsp.util.buf_versions[buffer] }
  local range
  if lines then
    range = {
      start = { line = lines[1] - 1, character = 0 },
      ['end'] = { line = lines[2] - 1, character = 0 },
    }
  else
    local params = vim.lsp.util.make_range_params(0, client and client.offset_encoding or 'utf-16')
    range = params.range
  end
  return { textDocument = document, range = range }
end

local running = nil

---Stops what :Lerp is waiting for.
function M.cancel()
  local stop = running
  running = nil
  if stop then
    stop()
  end
end

---Tells of an error, unless it is what the user did himself.
local function tell(err)
  if err.code == STALE then
    M.say('the text was changed in the meantime; nothing was edited', vim.log.levels.WARN)
  elseif err.code ~= CANCELLED then
    M.say(err.message, vim.log.levels.ERROR)
  end
end
M.tell = tell

---The client of a buffer; says that there is none.
function M.attached(buffer)
  local client = M.client(buffer)
  if not client then
    M.say('the server is not attached to this buffer; see :checkhealth lerp', vim.log.levels.ERROR)
  end
  return client
end

---The current buffer, if the server is attached to it; says that it is not.
---@return integer?
function M.here()
  local buffer = vim.api.nvim_get_current_buf()
  return M.attached(buffer) and buffer or nil
end

---Sends a request that `:Lerp cancel` stops. `done` gets the answer, or nil when there is none; unless `quiet`, errors are told.
---@param done fun(answer: any, err: table?)
function M.send(buffer, method, params, done, quiet)
  local client = M.attached(buffer)
  if not client then
    return done(nil, { code = CANCELLED, message = 'not attached' })
  end
  M.cancel()
  running = M.request(client, method, params, function(err, answer)
    running = nil
    if err and not quiet then
      tell(err)
    end
    done(not err and answer or nil, err)
  end, buffer)
end

---Adds and removes concepts in the function at the cursor.
---@param wish { add?: string[], remove?: string[], strength?: number, lines?: integer[] }
---@param done? fun(applied: boolean)
function M.apply(wish, done)
  done = done or function() end
  local buffer = M.here()
  if not buffer then
    return done(false)
  end
  local argument = M.place(buffer, wish.lines)
  argument.add, argument.remove, argument.strength = wish.add, wish.remove, wish.strength
  local params = { command = 'lerp.apply', arguments = { argument } }
  M.send(buffer, 'workspace/executeCommand', params, function(result)
    done(result and result.applied or false)
  end)
end

---The concepts, and whether each applies at the cursor. Waits for the answer, but not long.
---@return table[]
function M.concepts(lines)
  local buffer = vim.api.nvim_get_current_buf()
  local client = M.client(buffer)
  if not client then
    return {}
  end
  local params, answer = M.place(buffer, lines), nil
  if new then
    answer = client:request_sync('lerp/concepts', params, 1000, buffer)
  else
    answer = client.request_sync('lerp/concepts', params, 1000, buffer)
  end
  return answer and answer.result or {}
end

---Completes names of concepts: those that apply here first.
---@param way 'add'|'remove'
function M.complete(way, lead)
  local here, other = {}, {}
  for _, concept in ipairs(M.concepts()) do
    local possible = way == 'add' or concept.reverse
    if possible and vim.startswith(concept.name, lead) then
      table.insert(concept[way] == true and here or other, concept.name)
    end
  end
  return vim.list_extend(here, other)
end

---Shows the concepts.
function M.show_concepts()
  local concepts = M.concepts()
  if #concepts == 0 then
    return M.say('no concepts: is the server attached? See :checkhealth lerp', vim.log.levels.WARN)
  end
  local lines = { '+ can be added here   - can be removed here', '' }
  for _, concept in ipairs(concepts) do
    local taught = concept.origin == 'taught' and ' (taught)' or ''
    local marks = (concept.add == true and '+' or ' ') .. (concept.remove == true and '-' or ' ')
    local says = concept.description ~= '' and concept.description or concept.title
    table.insert(lines, ('%s %-24s %s%s'):format(marks, concept.name, says, taught))
  end
  require('lerp.window').open(lines, { title = ' lerp: concepts ', filetype = 'lerp-concepts' })
end

return M
