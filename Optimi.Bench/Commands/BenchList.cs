using Spectre.Console;

namespace Optimi.Bench;

/// <summary>What <c>bench</c> can measure.</summary>
internal static class BenchList
{
    public static void Write()
    {
        Table table = new Table().AddColumns("option", "value", "what it is");
        foreach (DeviceDescription device in ComputeDevice.List())
            Add("--device", device.Name, device.Problem is null ? device.Product : $"{device.Product}; {device.Problem}");
        foreach (Scenario scenario in Scenario.All)
            Add("--scenario", scenario.Name, scenario.Description);
        foreach (ComparedScenario scenario in ComparedScenario.All)
            Add("--scenario", scenario.Name, scenario.Description);
        foreach (BenchOptimizer optimizer in BenchOptimizer.All)
            Add("--optimizer", optimizer.Name, optimizer.Options.GetType().Name);
        foreach (string dtype in BenchOptions.DTypeNames)
            Add("--dtype", dtype, "");
        foreach (string states in BenchOptions.StatesNames)
            Add("--states", states, NamesOf(storage => storage.States.ToString().Equals(states, StringComparison.OrdinalIgnoreCase)));
        foreach (string bits in BenchOptions.WeightNames)
            Add("--weights", bits, NamesOf(storage => $"{storage.WeightBits}" == bits));
        foreach (Type suite in SuiteRunner.All)
            Add("--bdn", $"*{suite.Name}*", SuiteRunner.Description(suite));
        Terminal.Create().Write(table);

        string NamesOf(Func<StorageMode, bool> isOne) => string.Join("; ", Variant.Storages.Where(isOne));

        void Add(params string[] cells) => table.AddRow([.. cells.Select(Markup.Escape)]);
    }
}
