namespace Optimi.Bench;

/// <summary>What <c>--device</c> takes: a name, several with commas between them, or <c>all</c> that open.</summary>
internal static class DeviceNames
{
    public static IReadOnlyList<string> Resolve(string names) => names == "all"
        ? [.. ComputeDevice.List().Where(device => device.Problem is null).Select(device => device.Name)]
        : names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
