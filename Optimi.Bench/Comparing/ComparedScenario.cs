namespace Optimi.Bench;

/// <summary>Ways of stepping that are compared with an ordinary step over as many numbers.</summary>
/// <param name="Name">What <c>--scenario</c> calls it.</param>
/// <param name="Description">What is compared with what.</param>
/// <param name="Baseline">Makes what the ways are compared with, for about a number of parameters.</param>
/// <param name="Ways">The ways, on a device.</param>
/// <param name="WaitsForEachStep">Whether the device is waited for after each step rather than at the end of a sample.</param>
internal sealed record ComparedScenario(
    string Name,
    string Description,
    Func<ComputeDevice, Variant, int, IWorkload> Baseline,
    Func<ComputeDevice, IReadOnlyList<NamedWay>> Ways,
    bool WaitsForEachStep = false)
{
    private const int SingleTensors = 16;

    private const int SmallTensors = 1000;

    private const int SmallLength = 1000;

    private const int ManyGroups = 100;

    private const int SetsInTurn = 2;

    /// <summary>The alignment of a buffer's own tensors.</summary>
    private const int TileAlignment = 512;

    /// <summary>Most of them odd, and together as many as if all were of the same length.</summary>
    private static readonly int[] _oddities = [-9, 7, -5, 3, 9, -7, 4, -2];

    public static IReadOnlyList<ComparedScenario> All { get; } =
    [
        new(
            "one-tensor",
            "16 tensors of 1,000 numbers, each stepped by itself, beside one step over all",
            (device, variant, parameters) => Own(device, variant, Singles(parameters)),
            _ => [new("Step(parameter)", (device, variant, parameters) => new OneByOneWay(Own(device, variant, Singles(parameters))))],
            WaitsForEachStep: true),
        new(
            "adopted-small",
            "1,000 adopted tensors of odd lengths and alignments, beside one own tensor of as many numbers",
            (device, variant, parameters) => Own(device, variant, [[OddLengths(parameters).Sum()]]),
            _ => [new("adopted", (device, variant, parameters) => Adopted(device, variant, OddLengths(parameters), sets: 1))]),
        new(
            "adopted-large",
            "one adopted tensor, beside an own one",
            (device, variant, parameters) => Own(device, variant, [[parameters]]),
            device => device.IsHost ? [Large("huge pages", PageKind.Huge), Large("ordinary pages", PageKind.Ordinary)] : [Large("adopted")]),
        new(
            "rebound",
            "1,000 adopted tensors as above whose gradients are other memory in every step, beside one for which that holds too",
            (device, variant, parameters) => Adopted(device, variant, [OddLengths(parameters).Sum()], SetsInTurn),
            _ => [new("BindGradient", (device, variant, parameters) => Adopted(device, variant, OddLengths(parameters), SetsInTurn))]),
        new(
            "late-groups",
            "1,000 tensors in 100 groups, 99 of them added after the first step, beside the same from the beginning",
            (device, variant, parameters) => Own(device, variant, Small(parameters), Math.Min(ManyGroups, Small(parameters).Count)),
            _ => [new("AddGroup", (device, variant, parameters) =>
                new LateGroupsWay(device, variant, Small(parameters), Math.Min(ManyGroups, Small(parameters).Count)))]),
        new(
            "release",
            "the tensors of the GPT stepped from a framework's gradients, beside one step over all",
            (device, variant, parameters) => Own(device, variant, GptShapes.Within(parameters)),
            _ =>
            [
                new("layer by layer", (device, variant, parameters) =>
                    new ReleaseWay(device, variant, GptShapes.Within(parameters), GptShapes.InLayers)),
                new("tensor by tensor", (device, variant, parameters) =>
                    new ReleaseWay(device, variant, GptShapes.Within(parameters), pairs => pairs.Chunk(1))),
            ]),
    ];

    private static Workload Own(ComputeDevice device, Variant variant, IReadOnlyList<int[]> shapes, int groups = 1) =>
        new(device, variant, shapes, groups);

    private static AdoptedWay Adopted(ComputeDevice device, Variant variant, IReadOnlyList<int> lengths, int sets) =>
        new(device, variant, lengths, alignment: null, PageKind.Ordinary, sets);

    private static NamedWay Large(string name, PageKind pages = PageKind.Ordinary) => new(name, (device, variant, parameters) =>
        new AdoptedWay(device, variant, [parameters], TileAlignment, pages, sets: 1));

    private static IReadOnlyList<int[]> Singles(int parameters) => [.. Small(parameters).Take(SingleTensors)];

    private static IReadOnlyList<int[]> Small(int parameters) =>
        [.. Enumerable.Repeat<int[]>([SmallLength], Math.Min(SmallTensors, parameters / SmallLength))];

    private static int[] OddLengths(int parameters) =>
        [.. Small(parameters).Select((shape, i) => shape[0] + _oddities[i % _oddities.Length])];
}
