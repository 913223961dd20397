using System.Text.Json;
using Optimi.Kernels;

namespace Optimi.Bench;

/// <summary>Makes the optimizer that a case asks for, from the reference library's names of options.</summary>
internal static class CaseOptimizers
{
    private static readonly Dictionary<string, Func<ParameterBuffer, OptionReader, Optimizer>> _byName = new()
    {
        ["sgd"] = (parameters, options) => new SGD(parameters, Common(options, new SGDOptions
        {
            Lr = 0,
            Momentum = options.Number("momentum", 0),
            Dampening = options.Flag("dampening"),
            TorchInit = options.Flag("torch_init"),
            DecoupleWd = options.Flag("decouple_wd"),
        })),
        ["adam"] = (parameters, options) => new Adam(
            parameters, AdamFamily<AdamOptions, AdamRule<ScalarLane>>(options, new AdamOptions { Lr = 0 })),
        ["adamw"] = (parameters, options) => new AdamW(
            parameters, AdamFamily<AdamWOptions, AdamRule<ScalarLane>>(options, new AdamWOptions { Lr = 0 })),
        ["stableadamw"] = (parameters, options) => new StableAdamW(
            parameters, Moments<StableAdamWOptions, StableAdamWRule<ScalarLane>>(options, new StableAdamWOptions { Lr = 0 })),
        ["radam"] = (parameters, options) => new RAdam(
            parameters, AdamFamily<RAdamOptions, RAdamRule<ScalarLane>>(options, new RAdamOptions { Lr = 0 })),
        ["ranger"] = (parameters, options) => new Ranger(
            parameters, AdamFamily<RangerOptions, RangerRule<ScalarLane>>(options, new RangerOptions
            {
                Lr = 0,
                Interval = (int)options.Number("k", 6),
                Alpha = options.Number("alpha", 0.5),
            })),
        ["lion"] = (parameters, options) =>
        {
            double[] betas = options.Numbers("betas", [0.9, 0.99]);
            return new Lion(parameters, Common(options, new LionOptions { Lr = 0, Beta1 = betas[0], Beta2 = betas[1] }));
        },
        ["adan"] = (parameters, options) =>
        {
            double[] betas = options.Numbers("betas", [0.98, 0.92, 0.99]);
            return new Adan(parameters, Common(options, new AdanOptions
            {
                Lr = 0,
                Beta1 = betas[0],
                Beta2 = betas[1],
                Beta3 = betas[2],
                Epsilon = options.Number("eps", 1e-6),
                AdamWd = options.Flag("adam_wd"),
            }));
        },
    };

    /// <exception cref="NotSupportedCaseException">There is no such optimizer, or it has no such option.</exception>
    public static Optimizer Create(GoldenCase golden, ParameterBuffer parameters)
    {
        if (!_byName.TryGetValue(golden.Optimizer, out Func<ParameterBuffer, OptionReader, Optimizer>? create))
            throw new NotSupportedCaseException($"optimizer {golden.Optimizer}");
        var options = new OptionReader(golden);
        Optimizer optimizer = create(parameters, options);
        optimizer.MaxNorm = options.NumberOrNull("max_norm");
        optimizer.ClipValue = options.NumberOrNull("clip_value");
        optimizer.SkipNonFinite = options.FlagOrNull("skip_non_finite");
        if (options.NumberOrNull("loss_scale") is double scale)
            optimizer.Scaler = GradientScaler.Fixed(scale);
        optimizer.AverageDecay = options.NumberOrNull("ema_decay");
        if (options.Unread is not { Count: > 0 } unread)
            return optimizer;
        optimizer.Dispose();
        throw new NotSupportedCaseException($"option {string.Join(", ", unread)}");
    }

    private static TOptions AdamFamily<TOptions, TRule>(OptionReader options, TOptions defaults)
        where TOptions : AdamFamilyOptions<TRule>
        where TRule : unmanaged, IUpdateRule<TRule, ScalarLane> =>
        Moments<TOptions, TRule>(options, defaults) with
        {
            DecoupleWd = options.FlagOrNull("decouple_wd") ?? defaults.DecoupleWd,
        };

    private static TOptions Moments<TOptions, TRule>(OptionReader options, TOptions defaults)
        where TOptions : MomentOptions<TRule>
        where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    {
        double[] betas = options.Numbers("betas", [defaults.Beta1, defaults.Beta2]);
        return Common(options, defaults) with
        {
            Beta1 = betas[0],
            Beta2 = betas[1],
            Epsilon = options.Number("eps", defaults.Epsilon),
        };
    }

    /// <summary>Reads the options that all optimizers have.</summary>
    private static TOptions Common<TOptions>(OptionReader options, TOptions defaults)
        where TOptions : OptimizerOptions => defaults with
        {
            Lr = options.Required("lr"),
            WeightDecay = options.Number("weight_decay", defaults.WeightDecay),
            DecoupleLr = options.Flag("decouple_lr"),
            MaxLr = options.NumberOrNull("max_lr"),
            Kahan = options.FlagOrNull("kahan_sum"),
            CompressedStates = options.IsText("state_dtype", "compressed"),
            StateDType = options.IsText("state_dtype", "compressed") ? null : StatesOf(options),
            MasterWeightBits = (int?)options.NumberOrNull("weight_bits"),
            Dithered = options.FlagOrNull("dithered") ?? defaults.Dithered,
            DitherSeed = (uint)options.Number("seed", defaults.DitherSeed),
        };

    /// <summary>
    /// How a case stores states: as it says, or as the parameter. Only <c>exp_avg_sq</c> may be stored otherwise than the rest, where that
    /// is what Optimi does by itself.
    /// </summary>
    private static DType? StatesOf(OptionReader options)
    {
        if (options.DTypeOrNull("sq_dtype") is not DType square)
            return options.DTypeOrNull("state_dtype") ?? options.Parameters;
        if (options.DTypeOrNull("state_dtype") is null && (options.Parameters, square) == (DType.Float16, DType.BFloat16))
            return null;
        throw new NotSupportedCaseException($"option sq_dtype = {square} under {options.Parameters} parameters");
    }

    /// <summary>Reads options and knows which nobody asked for: none may be dropped silently.</summary>
    private sealed class OptionReader(GoldenCase golden)
    {
        private readonly HashSet<string> _read = [];

        /// <summary>How the case's parameters are stored.</summary>
        public DType Parameters => golden.StoredAs;

        public IReadOnlyList<string> Unread => [.. golden.Options.Keys.Where(name => !_read.Contains(name))];

        public double Required(string name) =>
            NumberOrNull(name) ?? throw new NotSupportedCaseException($"a case without option {name}");

        public double Number(string name, double whenMissing) => NumberOrNull(name) ?? whenMissing;

        public double? NumberOrNull(string name) => Find(name, value => value.GetDouble());

        public bool Flag(string name) => FlagOrNull(name) ?? false;

        public bool? FlagOrNull(string name) => Find(name, value => value.GetBoolean());

        public DType? DTypeOrNull(string name) =>
            Find(name, value => Enum.Parse<DType>(value.GetString() ?? "", ignoreCase: true));

        public bool IsText(string name, string text) =>
            Element(name) is JsonElement value && value.ValueKind == JsonValueKind.String && value.GetString() == text;

        public double[] Numbers(string name, double[] whenMissing)
        {
            double[] numbers = Element(name) is JsonElement value
                ? Convert(name, value, array => array.EnumerateArray().Select(number => number.GetDouble()).ToArray())
                : whenMissing;
            return numbers.Length == whenMissing.Length
                ? numbers
                : throw new NotSupportedCaseException($"{numbers.Length} {name}");
        }

        private T? Find<T>(string name, Func<JsonElement, T> convert)
            where T : struct => Element(name) is JsonElement value ? Convert(name, value, convert) : null;

        private static T Convert<T>(string name, JsonElement value, Func<JsonElement, T> convert)
        {
            try
            {
                return convert(value);
            }
            catch (Exception error) when (error is InvalidOperationException or FormatException or ArgumentException)
            {
                throw new NotSupportedCaseException($"option {name} = {value.GetRawText()}");
            }
        }

        private JsonElement? Element(string name)
        {
            _read.Add(name);
            return golden.Options.TryGetValue(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;
        }
    }
}
