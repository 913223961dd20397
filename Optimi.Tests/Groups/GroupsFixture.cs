namespace Optimi.Tests;

/// <summary>A GPT's parameters on the host, for groups.</summary>
internal abstract class GroupsFixture
{
    protected ComputeDevice Device { get; private set; } = null!;

    protected ParameterBuffer Parameters { get; private set; } = null!;

    [SetUp]
    public void Open()
    {
        Device = ComputeDevice.Open("cpu");
        Parameters = GptParameters.Add(new ParameterBuffer(Device));
    }

    [TearDown]
    public void Close()
    {
        Parameters.Dispose();
        Device.Dispose();
    }

    protected static string[] Names(IEnumerable<Parameter> parameters) => [.. parameters.Select(parameter => parameter.Name)];

    /// <summary>Whether every parameter is in exactly one group, and those of each group are in the order of all.</summary>
    protected static bool AreParts(IReadOnlyList<ParameterGroup> groups, IReadOnlyList<Parameter> parameters) =>
        groups.SelectMany(group => group.Parameters).Count() == parameters.Count
        && groups.All(group => group.Parameters.SequenceEqual(parameters.Where(group.Parameters.Contains)));

    protected static void Refused<TException>(Action action, string text)
        where TException : Exception =>
        Assert.That(action, Throws.TypeOf<TException>().With.Message.Contains(text));
}
