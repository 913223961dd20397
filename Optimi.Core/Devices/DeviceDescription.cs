namespace Optimi;

/// <summary>A device that was found.</summary>
/// <param name="Name">What <see cref="ComputeDevice.Open"/> takes, such as <c>cuda:0</c>.</param>
/// <param name="Kind">What runs the update rules.</param>
/// <param name="Product">The product's name.</param>
/// <param name="MemoryBytes">Its memory in bytes.</param>
/// <param name="ComputeUnits">Its cores or multiprocessors.</param>
/// <param name="Version">The driver's or platform's version.</param>
/// <param name="Problem">Why it cannot be opened; null if it can.</param>
public sealed record DeviceDescription(
    string Name, DeviceKind Kind, string Product, long MemoryBytes, int ComputeUnits, string Version, string? Problem);
