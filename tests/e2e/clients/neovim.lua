-- Neovim as the client: nvim --headless -u NONE -i NONE -n NET -c 'luafile neovim.lua'
-- CAFFE_LS_COMMAND is the server's command as JSON, CAFFE_LS_REPORT the file that gets what was seen, as JSON.
-- Written for 0.7, which has neither `nvim -l` nor vim.lsp.start; newer ones still take it.
local MILLISECONDS_TO_WAIT = 60000
local seen = {}

local function wait_until(what, holds)
  if not vim.wait(MILLISECONDS_TO_WAIT, holds, 20) then error('never happened: ' .. what) end
end

local function run()
  local buffer = vim.api.nvim_get_current_buf()
  local id = vim.lsp.start_client({
    name = 'caffe-ls',
    cmd = vim.fn.json_decode(os.getenv('CAFFE_LS_COMMAND')),
    root_dir = vim.fn.getcwd(),
    get_language_id = function() return 'prototxt' end,
  })
  assert(vim.lsp.buf_attach_client(buffer, id))
  local client = vim.lsp.get_client_by_id(id)

  local function ask(method, params)
    local answer = assert(client.request_sync(method, params, MILLISECONDS_TO_WAIT, buffer))
    return assert(answer.result, method .. ' has no answer: ' .. vim.inspect(answer))
  end

  wait_until('a diagnostic', function() return #vim.diagnostic.get(buffer) > 0 end)
  local fault = vim.diagnostic.get(buffer)[1]
  seen.diagnostic = { message = fault.message, severity = fault.severity, rule = fault.code or fault.user_data.lsp.code }
  seen.marked = vim.api.nvim_buf_get_text(buffer, fault.lnum, fault.col, fault.end_lnum, fault.end_col, {})[1]

  local field = vim.fn.searchpos('kernel_size', 'n')
  vim.api.nvim_win_set_cursor(0, { field[1], field[2] })
  local position = vim.lsp.util.make_position_params(0, client.offset_encoding)
  seen.hover = ask('textDocument/hover', position).contents.value

  vim.api.nvim_win_set_cursor(0, { fault.lnum + 1, fault.col + 1 })
  local range = vim.lsp.util.make_range_params(0, client.offset_encoding)
  range.context = { diagnostics = vim.lsp.diagnostic.get_line_diagnostics(buffer, fault.lnum) }
  local fix = ask('textDocument/codeAction', range)[1]
  seen.fix = fix.title
  vim.lsp.util.apply_workspace_edit(fix.edit, client.offset_encoding)
  seen.mended = vim.trim(vim.api.nvim_buf_get_lines(buffer, fault.lnum, fault.lnum + 1, true)[1])
  wait_until('no diagnostic', function() return #vim.diagnostic.get(buffer) == 0 end)
  vim.cmd('silent write')

  client.stop()
  wait_until("the server's end", function() return client.is_stopped() end)
  seen.ended = true
end

local ok, problem = xpcall(run, debug.traceback)
if not ok then seen.problem = problem end
vim.fn.writefile({ vim.fn.json_encode(seen) }, os.getenv('CAFFE_LS_REPORT'))
vim.cmd('qall!')
