using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Optimi.Kernels;

namespace Optimi;

/// <summary>Closes the generic launch over a rule, a layout and the device's registers: the one place of reflection.</summary>
[UnconditionalSuppressMessage("Trimming", "IL2055", Justification = Rooted)]
[UnconditionalSuppressMessage("Trimming", "IL2067", Justification = Rooted)]
[UnconditionalSuppressMessage("Trimming", "IL2070", Justification = Rooted)]
[UnconditionalSuppressMessage("AOT", "IL3050", Justification = CodeNeeds.SaidByCallers)]
internal static class LaunchFactory
{
    private const string Rooted = "ILLink.Descriptors.xml keeps both assemblies whole, and a rule in use has its fields.";

    /// <summary>Makes a launch for the device that the memory is on.</summary>
    /// <param name="memory">What it steps.</param>
    /// <param name="accumulates">Whether it only accumulates into states.</param>
    public static RuleLaunch<TRule> Create<TRule>(LaunchMemory memory, bool accumulates)
        where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    {
        ComputeDevice device = memory.Device;
        if (device.Shape == KernelShape.Host)
            return new HostLaunch<TRule>(memory, HostFunctions<TRule>.Of(memory.Layout, accumulates, device.Lane), accumulates);
        Type launch = typeof(DeviceLaunch<,,,>).MakeGenericType(Arguments<TRule>(memory.Layout, accumulates, !device.IsProcessor, device.Shape));
        return (RuleLaunch<TRule>)New(launch, memory);
    }

    /// <summary>Makes a launch that sums up the squares of gradients, on an ILGPU device.</summary>
    public static SquaresLaunch CreateSquares(LaunchMemory memory) => (SquaresLaunch)New(
        typeof(SquaresLaunch<>).MakeGenericType(memory.Layout.LayoutType(!memory.Device.IsProcessor, memory.Device.Shape)), memory);

    /// <summary>Makes a function of the host's memory.</summary>
    /// <param name="layout">The kernel variant.</param>
    /// <param name="accumulates">Whether it only accumulates into states.</param>
    /// <param name="lane">The register.</param>
    public static HostFunction<TRule> CreateFunction<TRule>(SlotLayout layout, bool accumulates, Type lane)
        where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    {
        Check<TRule>();
        Type function = typeof(HostFunction<,,,,,,>).MakeGenericType(HostArguments<TRule>(layout, accumulates, lane));
        return (HostFunction<TRule>)New(function, layout);
    }

    private static Type[] Arguments<TRule>(SlotLayout layout, bool accumulates, bool guardsNaN, KernelShape shape)
        where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    {
        Type pass = accumulates ? typeof(HoldPass) : TRule.Measures ? typeof(ApplyPass) : typeof(FullPass);
        return [typeof(TRule), layout.ApplyType, pass, layout.LayoutType(guardsNaN, shape)];
    }

    private static Type[] HostArguments<TRule>(SlotLayout layout, bool accumulates, Type lane)
        where TRule : unmanaged, IUpdateRule<TRule, ScalarLane> =>
        [.. Arguments<TRule>(layout, accumulates, guardsNaN: false, KernelShape.Host), lane, OnLane(typeof(TRule), lane), OnLane(layout.ApplyType, lane)];

    private static object New(Type type, object argument)
    {
        try
        {
            return Activator.CreateInstance(type, argument)!;
        }
        catch (TargetInvocationException error)
        {
            ExceptionDispatchInfo.Throw(error.InnerException ?? error);
            throw;
        }
    }

    /// <summary>Checks that a rule is what <see cref="IUpdateRule{TSelf, TLane}"/> asks for.</summary>
    /// <exception cref="OptionException">It is not.</exception>
    public static void Check<TRule>()
        where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    {
        Type rule = typeof(TRule);
        if (!IsOnScalars(rule))
        {
            throw new OptionException(
                $"Rule {rule.Name} must be a struct with its register as its one type parameter, used as"
                + $" {rule.Name.Split('`')[0]}<ScalarLane>.");
        }

        if (!rule.IsVisible && rule.Assembly != typeof(ScalarLane).Assembly)
        {
            throw new OptionException(
                $"Rule {rule.Name} is not public, so kernels cannot be made of it; make it and the types around it public.");
        }

        List<FieldInfo> fields = [.. ScalarsOf(rule)];
        int bytes = fields.Count == 0 ? 1 : fields.Count * sizeof(float);
        if (fields.Find(field => field.FieldType != typeof(ScalarLane)) is FieldInfo other)
        {
            throw new OptionException(
                $"Field {other.Name} of rule {rule.Name} is a {other.FieldType.Name}; all fields must be of the type parameter.");
        }

        if (Unsafe.SizeOf<TRule>() != bytes)
            throw new OptionException($"Rule {rule.Name} has an unusual layout; it must be sequential, without packing.");
        if (TRule.StateNames.Count > StateTypes.Count)
        {
            throw new OptionException(
                $"Rule {rule.Name} has {TRule.StateNames.Count} states; {StateTypes.Count} is the most.");
        }

        for (int state = 0; state < TRule.StateNames.Count; state++)
            CheckKind<TRule>(state);
        if (TRule.Measures && TRule.LooksAhead)
            throw new OptionException($"Rule {rule.Name} both measures and looks ahead; a rule can do one of them.");
    }

    /// <summary>Checks that moments are where a pair of them is looked for.</summary>
    private static void CheckKind<TRule>(int state)
        where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    {
        StateKind kind = TRule.KindOf(state);
        bool isInPlace = kind switch
        {
            StateKind.FirstMoment => state == 0 && TRule.StateNames.Count > 1 && TRule.KindOf(1) == StateKind.SecondMoment,
            StateKind.SecondMoment => state == 1 && TRule.KindOf(0) == StateKind.FirstMoment,
            StateKind.LikeGradient => state > 1 && TRule.KindOf(0) == StateKind.FirstMoment,
            _ => Enum.IsDefined(kind),
        };
        if (!isInPlace)
        {
            throw new OptionException(
                $"State '{TRule.StateNames[state]}' of rule {typeof(TRule).Name} is of kind {kind}, but first and second moment must be the"
                + $" rule's first and second state, and states of kind {StateKind.LikeGradient} come after them.");
        }
    }

    /// <summary>The fields of a rule; of those that are structs on the same register themselves, theirs.</summary>
    private static IEnumerable<FieldInfo> ScalarsOf(Type rule) => rule
        .GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
        .SelectMany(field => IsOnScalars(field.FieldType) ? ScalarsOf(field.FieldType) : [field]);

    private static bool IsOnScalars(Type type) =>
        type.IsGenericType && type.GetGenericArguments() is [var lane] && lane == typeof(ScalarLane);

    private static Type OnLane(Type type, Type lane) => type.GetGenericTypeDefinition().MakeGenericType(lane);
}
