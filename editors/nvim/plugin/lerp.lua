-- The command :Lerp.
if vim.g.loaded_lerp then
  return
end
vim.g.loaded_lerp = true

if vim.fn.has('nvim-0.10') == 0 then
  vim.notify('lerp needs Neovim 0.10 or later', vim.log.levels.ERROR)
  return
end

---Names of concepts to add; those that begin with `-` are removed.
local function wish(names)
  local add, remove = {}, {}
  for _, name in ipairs(names) do
    table.insert(vim.startswith(name, '-') and remove or add, (name:gsub('^[-+]', '')))
  end
  return { add = add, remove = remove }
end

local commands = {
  add = function(names, lines)
    require('lerp').apply({ add = names, lines = lines })
  end,
  remove = function(names, lines)
    require('lerp').apply({ remove = names, lines = lines })
  end,
  pick = function(names, lines)
    if #names == 0 then
      return require('lerp.pick').choose(lines)
    end
    require('lerp.pick').open(vim.tbl_extend('force', wish(names), { lines = lines }))
  end,
  teach = function(names, lines)
    if lines then
      return require('lerp.teach').selection(names[1], lines)
    end
    require('lerp.teach').last_edit(names[1])
  end,
  forget = function(names)
    require('lerp.teach').forget(names[1])
  end,
  blend = function(names, lines)
    require('lerp.blend').open(names[1], lines)
  end,
  concepts = function()
    require('lerp').show_concepts()
  end,
  cancel = function()
    require('lerp').cancel()
  end,
}

local needs_name = { add = true, remove = true, teach = true, forget = true }

vim.api.nvim_create_user_command('Lerp', function(arguments)
  local names = vim.deepcopy(arguments.fargs)
  local name = table.remove(names, 1)
  local command = commands[name]
  if not command then
    return require('lerp').say(('no such command: %s'):format(name), vim.log.levels.ERROR)
  end
  if needs_name[name] and #names == 0 then
    return require('lerp').say(('which concept? :Lerp %s NAME'):format(name), vim.log.levels.ERROR)
  end
  local lines = arguments.range == 2 and { arguments.line1, arguments.line2 } or nil
  command(names, lines)
end, {
  nargs = '+',
  range = true,
  desc = 'Edit the function at the cursor with lerp',
  complete = function(lead, line)
    local words = vim.split(line:gsub("^.-Lerp%s+", ''), '%s+')
    if #words == 1 then
      local names = vim.tbl_filter(function(name)
        return vim.startswith(name, lead)
      end, vim.tbl_keys(commands))
      table.sort(names)
      return names
    end
    if words[1] == 'add' or words[1] == 'remove' then
      return require('lerp').complete(words[1], lead)
    end
    if words[1] == 'pick' then
      if vim.startswith(lead, '-') then
        return vim.tbl_map(function(name)
          return '-' .. name
        end, require('lerp').complete('remove', lead:sub(2)))
      end
      return require('lerp').complete('add', lead)
    end
    local named = { teach = 'lerp.teach', forget = 'lerp.teach', blend = 'lerp.blend' }
    local module = #words == 2 and named[words[1]]
    return vim.tbl_filter(function(name)
      return vim.startswith(name, lead)
    end, module and require(module).names() or {})
  end,
})
