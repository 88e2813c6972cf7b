-- Converts many fragments in one process: a list of {text, from, to, page} in, a list of texts out.
-- `page` is there for a page of its own: its template, variables, and whether it has contents.
local function options(page)
  local given = {wrap_text = "none"}
  if page then
    given.template = pandoc.template.compile(page.template)
    given.variables = page.variables
    given.table_of_contents = page.toc
    given.toc_depth = 3
    given.section_divs = true
    given.html_math_method = "mathml"
    given.highlight_method = "none"
  end
  return pandoc.WriterOptions(given)
end

local parts = pandoc.json.decode(io.read("a"), false)
local made = {}
for i, part in ipairs(parts) do
  local said, text = pandoc.log.silence(function()
    return pandoc.write(pandoc.read(part[1], part[2]), part[3], options(part[4]))
  end)
  for _, line in ipairs(part[4] and said or {}) do
    local told = pandoc.json.decode(pandoc.json.encode(line), false)
    if told.verbosity == "WARNING" then error(told.pretty, 0) end
  end
  made[i] = text
end
io.write(pandoc.json.encode(made))
