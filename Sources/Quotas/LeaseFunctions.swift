internal import Redis

/// The tree of token buckets of each territory.
enum LeaseFunctions {
    static let library = RedisFunctionLibrary(
        name: "preau_lines", version: 2,
        source: """
            -- All in bytes and milliseconds. Guarantees first, then what is left in proportion to what each wants, each up to its
            -- ceiling; worked out once a tick for everybody. A bucket a level holds what was not leased, a quarter of a second at
            -- most, and is never overdrawn.
            --
            -- The trees live in the library's own memory, not in keys: to unpack and pack a hundred establishments forty times a second
            -- took a tenth of a core (docs/benchmarks.md). What is lost with it, when Redis dies or another takes its place, is what
            -- was not leased yet; loops tell their limits again when they are not known.
            local trees, swept = {}, 0

            local function tree_of(key, now)
                if now - swept > 30000 then
                    swept = now
                    for name, tree in pairs(trees) do
                        if now - tree.used > 120000 then trees[name] = nil end
                        for limit, known in pairs(tree.limits) do
                            if now - known.used > 60000 then tree.limits[limit] = nil end
                        end
                    end
                end
                local tree = trees[key]
                if not tree then
                    tree = {limits = {}, loops = {}, done = 0, heard = 1}
                    trees[key] = tree
                end
                tree.used = now
                return tree
            end

            -- What a level's bucket holds now, but for what is leased below.
            local function fill(limit, now)
                if limit.at < now then
                    limit.level = math.min(limit.ceil / 4, limit.level + (now - limit.at) * limit.ceil / 1000)
                    limit.at = now
                end
            end

            -- What a level can give in a tick: what comes in, and a part of what was left over before, so that what a late loop
            -- did not fetch is not lost.
            local function room_of(limit, now, tick)
                fill(limit, now)
                local each = limit.ceil * tick / 1000
                return each + math.max(0, limit.level - each) / 2
            end

            -- What each payer gets in a tick, from what all loops want.
            local function share_out(tree, now, tick)
                local total, heard = {}, 0
                for name, loop in pairs(tree.loops) do
                    if now - loop.at <= 1500 then
                        heard = heard + 1
                        for index, payer in ipairs(loop.order) do total[payer] = (total[payer] or 0) + loop.wants[index] end
                    else
                        tree.loops[name] = nil
                    end
                end
                local kept, more, under, levels = {}, {}, {}, {}
                for name, want in pairs(total) do
                    local limit = tree.limits[name]
                    local most = limit and math.min(want, room_of(limit, now, tick)) or 0
                    kept[name] = limit and math.min(most, limit.rate * tick / 1000) or 0
                    more[name] = most - kept[name]
                    local at, steps = limit and limit.parent, 0
                    while at and at ~= '' and steps < 8 do
                        if not under[at] then
                            under[at] = {}
                            levels[#levels + 1] = at
                        end
                        table.insert(under[at], name)
                        at, steps = tree.limits[at] and tree.limits[at].parent, steps + 1
                    end
                end
                local depth = {}
                for _, name in ipairs(levels) do
                    local at, steps = name, 0
                    while at and at ~= '' and steps < 8 do at, steps = tree.limits[at] and tree.limits[at].parent, steps + 1 end
                    depth[name] = steps
                end
                -- The nearest level first: one with less room than was given below takes from what is beyond the guarantees, and from
                -- those only when nothing else is left.
                table.sort(levels, function(one, other)
                    if depth[one] ~= depth[other] then return depth[one] > depth[other] end
                    return one < other
                end)
                for _, level in ipairs(levels) do
                    local sure, rest = 0, 0
                    for _, name in ipairs(under[level]) do sure, rest = sure + kept[name], rest + more[name] end
                    local room = tree.limits[level] and room_of(tree.limits[level], now, tick) or 0
                    if sure + rest > room then
                        local of_sure, of_rest = 1, 0
                        if sure > room then of_sure = room / sure else of_rest = (room - sure) / rest end
                        for _, name in ipairs(under[level]) do
                            kept[name], more[name] = kept[name] * of_sure, more[name] * of_rest
                        end
                    end
                end
                tree.done, tree.heard = now, heard
                for name, want in pairs(total) do
                    local limit = tree.limits[name]
                    if limit then limit.part = want > 0 and (kept[name] + more[name]) / want or nil end
                end
            end

            -- This loop's part, as much of it as its time; then no more than the buckets hold.
            local function lease(tree, loop, now, elapsed, is_new)
                local tick = loop.tick
                for index, name in ipairs(loop.order) do
                    local limit = tree.limits[name]
                    if limit and loop.wants[index] > 0 and not limit.part then is_new = true end
                end
                if is_new or now - tree.done >= tick * 0.75 then share_out(tree, now, tick) end
                local grants, sums = {}, {}
                for index, name in ipairs(loop.order) do
                    local limit = tree.limits[name]
                    local grant = limit and (limit.part or 0) * loop.wants[index] * elapsed / tick or 0
                    grants[index] = grant
                    local steps = 0
                    while limit and steps < 9 do
                        sums[limit] = (sums[limit] or 0) + grant
                        limit, steps = tree.limits[limit.parent], steps + 1
                    end
                end
                local factor = {}
                for limit, sum in pairs(sums) do
                    fill(limit, now)
                    limit.used = now
                    factor[limit] = sum > 0 and math.min(1, math.max(0, limit.level) / sum) or 1
                end
                local reply = {tree.heard}
                for index, name in ipairs(loop.order) do
                    local most, limit, steps = 1, tree.limits[name], 0
                    while limit and steps < 9 do
                        most = math.min(most, factor[limit])
                        limit, steps = tree.limits[limit.parent], steps + 1
                    end
                    local grant = math.floor(grants[index] * most)
                    reply[index + 1] = grant
                    limit, steps = tree.limits[name], 0
                    while limit and steps < 9 do
                        limit.level = limit.level - grant
                        limit, steps = tree.limits[limit.parent], steps + 1
                    end
                end
                return reply
            end

            local function clock()
                local time = redis.call('TIME')
                return tonumber(time[1]) * 1000 + tonumber(time[2]) / 1000
            end

            -- How long a loop was away, three ticks at most.
            local function elapsed(before, now, tick) return before and math.min(now - before.at, 3 * tick) or tick end

            -- KEYS: the tree's name. ARGV: loop, tick, number of limits, then for each: name, parent ('' for the root), guaranteed and
            -- ceiling (bytes a second); number of payers, then for each: name of its limit, bytes wanted; and the stamp that the loop
            -- asks again with.
            -- Gives: loops heard, then for each payer the bytes granted.
            redis.register_function('preau_lines_lease', function(keys, a)
                local now = clock()
                local tree, tick, index, is_changed = tree_of(keys[1], now), tonumber(a[2]), 4, false
                for number = 1, tonumber(a[3]) do
                    local name, rate, ceil = a[index], tonumber(a[index + 2]), tonumber(a[index + 3])
                    local limit = tree.limits[name]
                    if not limit then
                        limit = {level = ceil * tick / 1000, at = now}
                        tree.limits[name] = limit
                    else
                        fill(limit, now)
                        limit.level = math.min(limit.level, ceil / 4)
                    end
                    is_changed = is_changed or limit.rate ~= rate or limit.ceil ~= ceil
                    limit.parent, limit.rate, limit.ceil, limit.used = a[index + 1], rate, ceil, now
                    index = index + 4
                end
                local before = tree.loops[a[1]]
                local loop = {at = now, tick = tick, order = {}, wants = {}}
                for number = 1, tonumber(a[index]) do
                    loop.order[number], loop.wants[number] = a[index + number * 2 - 1], tonumber(a[index + number * 2])
                end
                loop.stamp = a[index + 2 * #loop.order + 1]
                tree.loops[a[1]] = loop
                return lease(tree, loop, now, elapsed(before, now, tick), is_changed or not before)
            end)

            -- KEYS: the tree's name. ARGV: loop, stamp, bytes wanted by each payer as told with that stamp.
            -- Gives the same; one nought when the stamp is not known (any more), and then nothing is leased.
            redis.register_function('preau_lines_again', function(keys, a)
                local now = clock()
                local tree = tree_of(keys[1], now)
                local loop = tree.loops[a[1]]
                if not loop or loop.stamp ~= a[2] or #a - 2 ~= #loop.order then return {0} end
                for index = 1, #loop.order do loop.wants[index] = tonumber(a[index + 2]) end
                local past = elapsed(loop, now, loop.tick)
                loop.at = now
                return lease(tree, loop, now, past, false)
            end)
            """)

    static let lease = RedisFunction("preau_lines_lease", in: library)
    static let again = RedisFunction("preau_lines_again", in: library)
}
