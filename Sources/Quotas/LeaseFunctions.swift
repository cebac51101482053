internal import Redis

/// The tree of token buckets, in one value of Redis for each territory.
enum LeaseFunctions {
    static let library = RedisFunctionLibrary(
        name: "preau_lines", version: 1,
        source: """
            -- All in bytes and milliseconds. Guarantees first, then what is left in proportion to what each wants, each up to its
            -- ceiling; worked out once a tick for everybody. A bucket a level holds what was not leased, a quarter of a second at
            -- most, and is never overdrawn.
            --
            -- KEYS: the tree. ARGV: loop, tick, number of limits, then for each: name, parent ('' for the root), guaranteed and ceiling
            -- (bytes a second); number of payers, then for each: name of its limit, bytes wanted.
            -- Gives: loops heard, then for each payer the bytes granted.

            -- What each payer gets in a tick, from what all loops want.
            local function share_out(key, tree, now, tick)
                local parent, rate, ceil, total, heard = {}, {}, {}, {}, 0
                for loop, at in pairs(tree.loops) do
                    local packed = now - at <= 1500 and redis.call('GET', key .. ':' .. loop)
                    if packed then
                        heard = heard + 1
                        local told = cmsgpack.unpack(packed)
                        for index = 1, #told[1], 4 do
                            local name = told[1][index]
                            parent[name], rate[name], ceil[name] = told[1][index + 1], told[1][index + 2], told[1][index + 3]
                        end
                        for index = 1, #told[2], 2 do
                            local name = told[2][index]
                            total[name] = (total[name] or 0) + told[2][index + 1]
                        end
                    else
                        tree.loops[loop] = nil
                    end
                end
                local kept, more, under, depth = {}, {}, {}, {}
                for name, want in pairs(total) do
                    local most = math.min(want, ceil[name] * tick / 1000)
                    kept[name] = math.min(most, rate[name] * tick / 1000)
                    more[name] = most - kept[name]
                    local at, steps = parent[name], 0
                    while at and at ~= '' and steps < 8 do
                        under[at] = under[at] or {}
                        table.insert(under[at], name)
                        at, steps = parent[at], steps + 1
                    end
                end
                local levels = {}
                for name in pairs(under) do
                    local at, steps = parent[name], 0
                    while at and at ~= '' and steps < 8 do at, steps = parent[at], steps + 1 end
                    levels[#levels + 1], depth[name] = name, steps
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
                    local room = ceil[level] * tick / 1000
                    if sure + rest > room then
                        local of_sure, of_rest = 1, 0
                        if sure > room then of_sure = room / sure else of_rest = (room - sure) / rest end
                        for _, name in ipairs(under[level]) do
                            kept[name], more[name] = kept[name] * of_sure, more[name] * of_rest
                        end
                    end
                end
                tree.part, tree.done, tree.heard = {}, now, heard
                for name, want in pairs(total) do
                    tree.part[name] = want > 0 and (kept[name] + more[name]) / want or 0
                end
            end

            redis.register_function('preau_lines_lease', function(keys, a)
                local time = redis.call('TIME')
                local now = tonumber(time[1]) * 1000 + tonumber(time[2]) / 1000
                local packed = redis.call('GET', keys[1])
                local tree = packed and cmsgpack.unpack(packed) or {level = {}, at = {}, loops = {}, part = {}, done = 0, heard = 1}
                local self, tick = a[1], tonumber(a[2])

                local parent, told, wanted, index = {}, {}, {}, 4
                for number = 1, tonumber(a[3]) do
                    local name, ceil = a[index], tonumber(a[index + 3])
                    local level = tree.level[name]
                    if level then level = level + (now - tree.at[name]) * ceil / 1000 else level = ceil * tick / 1000 end
                    tree.level[name], tree.at[name], parent[name] = math.min(ceil / 4, level), now, a[index + 1]
                    told[#told + 1], told[#told + 2], told[#told + 3], told[#told + 4] = name, a[index + 1], tonumber(a[index + 2]), ceil
                    index = index + 4
                end
                local order, wants, is_new = {}, {}, false
                for number = 1, tonumber(a[index]) do
                    local name, want = a[index + number * 2 - 1], tonumber(a[index + number * 2])
                    order[number], wants[number] = name, want
                    wanted[#wanted + 1], wanted[#wanted + 2] = name, want
                    if want > 0 and not tree.part[name] then is_new = true end
                end
                local before = tree.loops[self]
                local elapsed = before and math.min(now - before, 3 * tick) or tick
                tree.loops[self] = now
                redis.call('SET', keys[1] .. ':' .. self, cmsgpack.pack({told, wanted}), 'PX', 3000)
                if is_new or not before or now - tree.done >= tick * 0.75 then share_out(keys[1], tree, now, tick) end

                -- This loop's part, as much of it as its time; then no more than the buckets hold.
                local grants, sums = {}, {}
                for number, name in ipairs(order) do
                    local grant = (tree.part[name] or 0) * wants[number] * elapsed / tick
                    grants[number] = grant
                    local at = name
                    while at and at ~= '' do
                        sums[at] = (sums[at] or 0) + grant
                        at = parent[at]
                    end
                end
                local factor = {}
                for name, sum in pairs(sums) do
                    factor[name] = sum > 0 and math.min(1, math.max(0, tree.level[name]) / sum) or 1
                end
                local reply = {tree.heard}
                for number, name in ipairs(order) do
                    local most, at = 1, name
                    while at and at ~= '' do
                        most = math.min(most, factor[at])
                        at = parent[at]
                    end
                    local grant = math.floor(grants[number] * most)
                    reply[number + 1] = grant
                    at = name
                    while at and at ~= '' do
                        tree.level[at] = tree.level[at] - grant
                        at = parent[at]
                    end
                end
                -- What nobody asked for in a while is forgotten, now and then.
                if now - (tree.swept or 0) > 30000 then
                    for name, at in pairs(tree.at) do
                        if now - at > 60000 then tree.level[name], tree.at[name], tree.part[name] = nil, nil, nil end
                    end
                    tree.swept = now
                end
                redis.call('SET', keys[1], cmsgpack.pack(tree), 'PX', 120000)
                return reply
            end)
            """)

    static let lease = RedisFunction("preau_lines_lease", in: library)
}
