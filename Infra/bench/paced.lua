-- The same as requests.lua, by people who look at what they got: each connection waits between two requests, so that their number
-- says how many come in a second and not how fast they are answered.
dofile((os.getenv("BENCH_SCRIPTS")) .. "/requests.lua")
local pause = tonumber(os.getenv("BENCH_PAUSE"))

function delay() return math.floor(pause * (0.5 + math.random())) end
