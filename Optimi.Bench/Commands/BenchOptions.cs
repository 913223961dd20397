using System.CommandLine;

namespace Optimi.Bench;

/// <summary>The options of <c>bench</c>, and what they ask for.</summary>
internal sealed class BenchOptions
{
    /// <summary>Enough for the tensors of the transformer.</summary>
    private const int MinParameters = 4096;

    private const string Several = "one or several, separated by commas.";

    private const string Unasked = " Default: all for adamw, compressed states with weights of 24 bits for lion.";

    private readonly Option<string> _device = new("--device")
    {
        Description = "Devices to measure, separated by commas, or all.",
        DefaultValueFactory = _ => "cpu",
    };

    private readonly Option<string[]> _scenario = new("--scenario")
    {
        Description = $"Of {string.Join(", ", Scenario.All.Select(scenario => scenario.Name))}, which are the default, and of"
            + $" {string.Join(", ", ComparedScenario.All.Select(scenario => scenario.Name))}, which compare ways of stepping with an"
            + $" ordinary step, AdamW's in float32 and in bfloat16 with Kahan summation unless other options name more: {Several}",
    };

    private readonly Option<string[]> _optimizer = ListOf("--optimizer", BenchOptimizer.All.Select(optimizer => optimizer.Name));

    private readonly Option<string[]> _dtype = ListOf("--dtype", DTypeNames);

    private readonly Option<string?> _kahan = new("--kahan")
    {
        Description = "on or off, for low precision with weights of no further bits. Default: both, and further bits too.",
    };

    private readonly Option<string[]> _states = new("--states")
    {
        Description = $"How states are stored, of {string.Join(", ", StatesNames)}: {Several}{Unasked}",
    };

    private readonly Option<string[]> _weights = new("--weights")
    {
        Description = $"The bits of bfloat16 weights, of {string.Join(", ", WeightNames)}: {Several}{Unasked}",
    };

    private readonly Option<string?> _parameters = new("--parameters")
    {
        Description = "About how many parameters. Default: 16 million, with --quick 8 million.",
    };

    private readonly Option<string?> _rounds = new("--rounds")
    {
        Description = "Interleaved rounds of step and limit, of which the medians are shown. Default: 15, with --quick 7, or fewer"
            + " if they take long.",
    };

    private readonly Option<bool> _quick = new("--quick")
    {
        Description = "Done in 40 seconds: smaller tensors, even if a cache holds them, and fewer rounds. Unless --optimizer"
            + " names others, only AdamW in all, the others in 'large' and with Kahan summation where it can be; compressed states and"
            + " further bits of weights only in 'large'.",
    };

    /// <summary>What <c>--dtype</c> takes.</summary>
    public static IEnumerable<string> DTypeNames => Enum.GetNames<DType>().Select(name => name.ToLowerInvariant());

    /// <summary>What <c>--states</c> takes.</summary>
    public static IEnumerable<string> StatesNames =>
        Variant.Storages.Select(storage => storage.States.ToString().ToLowerInvariant()).Distinct();

    /// <summary>What <c>--weights</c> takes.</summary>
    public static IEnumerable<string> WeightNames =>
        Variant.Storages.Where(storage => storage.WeightBits is not null).Select(WeightsOf).Distinct();

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_device, _scenario, _optimizer, _dtype, _kahan, _states, _weights, _parameters, _rounds, _quick])
            command.Options.Add(option);
    }

    /// <summary>The plan that the options ask for.</summary>
    /// <exception cref="BenchException">A value cannot be used.</exception>
    /// <exception cref="OptionException">A number cannot be used.</exception>
    public BenchPlan Plan(ParseResult parsed)
    {
        bool quick = parsed.GetValue(_quick);
        IReadOnlyList<string> scenarios = Chosen(
            parsed,
            _scenario,
            [.. Scenario.All.Select(scenario => scenario.Name), .. ComparedScenario.All.Select(scenario => scenario.Name)],
            name => name,
            usual: Scenario.Usual.Count);
        IReadOnlyList<BenchOptimizer> optimizers = Chosen(parsed, _optimizer, BenchOptimizer.All, optimizer => optimizer.Name);
        bool namesOptimizers = parsed.GetResult(_optimizer) is not null;
        bool namesPacked = parsed.GetResult(_states) is not null || parsed.GetResult(_weights) is not null;
        IReadOnlyList<StorageMode> storages = Storages(parsed);
        IEnumerable<BenchCase> cases =
            from scenario in Scenario.All
            where scenarios.Contains(scenario.Name)
            from optimizer in optimizers
            from storage in storages
            let variant = new Variant(optimizer, storage)
            where variant.IsUsual || namesOptimizers || namesPacked
            where !quick || namesOptimizers || namesPacked || IsInSample(scenario, variant)
            select new BenchCase(scenario, variant);
        bool namesStorages = parsed.GetResult(_dtype) is not null || parsed.GetResult(_kahan) is not null || namesPacked;
        IEnumerable<ComparedCase> comparisons = Comparisons(
            ComparedScenario.All.Where(scenario => scenarios.Contains(scenario.Name)),
            namesOptimizers ? optimizers : null,
            namesStorages ? storages : null);
        int? rounds = Numbers.Whole(parsed, _rounds, least: 1, example: 15);
        TimeSpan usual = TimeSpan.FromSeconds(quick ? 0.2 : 3);
        return new BenchPlan(
            Devices(parsed.GetValue(_device)!),
            [.. cases],
            Numbers.Whole(parsed, _parameters, MinParameters, example: 16_000_000) ?? (quick ? 8_000_000 : 16_000_000),
            rounds ?? (quick ? 7 : 15),
            rounds is null ? usual : TimeSpan.MaxValue,
            quick ? 0.03 : 0.3,
            LeavesCaches: !quick)
        {
            Comparisons = [.. comparisons],
            WarmUp = TimeSpan.FromSeconds(quick ? 0.05 : 0.5),
        };
    }

    /// <summary>The storages that have all that was asked for.</summary>
    /// <exception cref="BenchException">There is none, or a value cannot be used.</exception>
    private StorageMode[] Storages(ParseResult parsed)
    {
        IReadOnlyList<string> dtypes = Chosen(parsed, _dtype, [.. DTypeNames], name => name);
        IReadOnlyList<string> states = Chosen(parsed, _states, [.. StatesNames], name => name);
        IReadOnlyList<string> weights = Chosen(parsed, _weights, [.. WeightNames], name => name);
        bool namesWeights = parsed.GetResult(_weights) is not null;
        bool? kahan = parsed.GetValue(_kahan) switch
        {
            null => null,
            "on" => true,
            "off" => false,
            string other => throw new BenchException($"--kahan is '{other}', but it must be on or off."),
        };
        StorageMode[] storages =
        [
            .. from storage in Variant.Storages
               where dtypes.Contains(storage.DType.ToString().ToLowerInvariant())
               where states.Contains(storage.States.ToString().ToLowerInvariant())
               where !namesWeights || weights.Contains(WeightsOf(storage))
               where kahan is null || (storage.WeightBits is null && storage.Kahan == kahan)
               select storage,
        ];
        return storages.Length > 0 ? storages : throw new BenchException(
            $"No storage that is measured has all that --dtype, --kahan, --states and --weights ask for; leave one of them out. There is"
            + $" {string.Join("; ", Variant.Storages)}.");
    }

    private static string WeightsOf(StorageMode storage) => $"{storage.WeightBits}";

    /// <summary>Whether a quick run measures it unasked.</summary>
    private static bool IsInSample(Scenario scenario, Variant variant)
    {
        StorageMode storage = variant.Storage;
        bool isLarge = scenario == Scenario.All[0];
        return storage.IsPacked ? isLarge
            : variant.Optimizer.Name == "adamw" || (isLarge && storage.Kahan == (storage.DType != DType.Float32));
    }

    /// <summary>What to compare: without other options AdamW in float32 and in bfloat16 with Kahan summation.</summary>
    private static IEnumerable<ComparedCase> Comparisons(
        IEnumerable<ComparedScenario> scenarios,
        IEnumerable<BenchOptimizer>? optimizers,
        IEnumerable<StorageMode>? storages) =>
        from scenario in scenarios
        from optimizer in optimizers ?? BenchOptimizer.All.Where(optimizer => optimizer.Name == "adamw")
        from storage in storages ?? [new(DType.Float32, Kahan: false), new(DType.BFloat16, Kahan: true)]
        select new ComparedCase(scenario, new Variant(optimizer, storage));

    private static Option<string[]> ListOf(string name, IEnumerable<string> values) => new(name)
    {
        Description = $"Of {string.Join(", ", values)}: {Several} Default: all.",
    };

    /// <summary>The devices' names, each known to open.</summary>
    private static IReadOnlyList<string> Devices(string names)
    {
        IReadOnlyList<string> devices = DeviceNames.Resolve(names);
        if (devices.Count == 0)
            throw new BenchException($"--device is '{names}', which names none; 'bench --list' shows those that there are.");
        // All before the first measurement: a name that is wrong is known at once.
        foreach (string name in devices)
            ComputeDevice.Open(name).Dispose();
        return devices;
    }

    private static IReadOnlyList<T> Chosen<T>(
        ParseResult parsed, Option<string[]> option, IReadOnlyList<T> all, Func<T, string> nameOf, int? usual = null)
    {
        List<string> names =
        [
            .. (parsed.GetValue(option) ?? []).SelectMany(list =>
                list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)),
        ];
        if (names.Find(name => !all.Select(nameOf).Contains(name)) is string unknown)
        {
            throw new BenchException(
                $"{option.Name} has '{unknown}', which there is not; choose from {string.Join(", ", all.Select(nameOf))}.");
        }

        return names.Count == 0 ? [.. all.Take(usual ?? all.Count)] : [.. all.Where(item => names.Contains(nameOf(item)))];
    }
}
