namespace Optimi;

/// <summary>The checks of memory that somebody else owns.</summary>
internal static class LentGuard
{
    /// <summary>Checks that a device reads memory of the host.</summary>
    /// <exception cref="DeviceException">It does not.</exception>
    public static void CheckHost(Parameter parameter, ComputeDevice device)
    {
        if (!device.IsHost)
        {
            throw new DeviceException(
                $"Memory of the host was given for parameter '{parameter.Name}' on device '{device.Name}', whose kernels do not see it; copy it"
                + " into Gradient or a rented one, or pass memory of the device.");
        }
    }
}
