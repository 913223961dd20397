using System.CommandLine;
using System.Globalization;
using Spectre.Console;

namespace Optimi.Bench;

/// <summary><c>devices</c>: lists every device of the machine.</summary>
internal static class DevicesCommand
{
    private const double Gibibyte = 1 << 30;

    public static Command Create()
    {
        var command = new Command("devices", "Lists every device and whether it can be opened.");
        command.SetAction(_ => Show());
        return command;
    }

    private static int Show()
    {
        Table table = new Table().AddColumns("name", "kind", "product", "memory", "units", "version", "opens");
        foreach (DeviceDescription device in ComputeDevice.List())
        {
            table.AddRow(
                Markup.Escape(device.Name),
                $"{device.Kind}",
                Markup.Escape(device.Product),
                string.Create(CultureInfo.InvariantCulture, $"{device.MemoryBytes / Gibibyte:0.0} GiB"),
                $"{device.ComputeUnits}",
                Markup.Escape(device.Version),
                device.Problem is null ? "yes" : Markup.Escape($"no: {device.Problem}"));
        }

        Terminal.Create().Write(table);
        return ExitCode.Success;
    }
}
